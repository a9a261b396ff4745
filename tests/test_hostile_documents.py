"""Documents made to hurt: each is read as its format says, or refused with a place, in bounded time and memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cxcontracts.contracts.folder import Folder, RefusedReference
from cxcontracts.documents import parse
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON

READ = "read"


def outcome(data: bytes, name: str) -> str:
    """Return the code of the problem that the document is refused for, with its line, or ``read``."""
    try:
        parse(data, name)
    except ContractError as error:
        (found,) = error.problems
        return f"{found.code} in line {found.place.line}"
    return READ


# The project's own

DOCUMENTS = {
    "bom-utf16.yaml": "not-utf8 in line 1",
    "deep-flow-10k.yaml": "too-deep in line 1",
    "deep-json-10k.json": "too-deep in line 1",
    "invalid-utf8.yaml": "not-utf8 in line 2",
    "json-dup-keys.json": "duplicate-key in line 1",
    "multi-doc.yaml": "yaml-documents in line 4",
    "nul.yaml": "control-character in line 1",
    "yaml-alias-bomb.yaml": "too-many-values in line 7",
    "yaml-alias-cycle.yaml": "yaml-alias in line 4",
    "yaml-dup-keys.yaml": "duplicate-key in line 14",
    "yaml-merge-bomb.yaml": "too-many-values in line 35",
    "yaml-python-tag.yaml": "yaml-tag in line 1",
}
"""All others are sound as YAML or JSON: what hurts in them is for the reader of contracts."""

REFERENCES = {
    "ref-abs-path.yaml": "ref-absolute",
    "ref-backslash.yaml": "ref-backslash",
    "ref-cycle-2.yaml": "followed",
    "ref-data.yaml": "ref-scheme",
    "ref-dev-zero.yaml": "ref-absolute",
    "ref-fifo.yaml": "ref-not-a-file",
    "ref-file-localhost.yaml": "ref-file-url",
    "ref-file-upper.yaml": "ref-file-url",
    "ref-file.yaml": "ref-file-url",
    "ref-ftp.yaml": "ref-remote",
    "ref-http-decimal-ip.yaml": "ref-remote",
    "ref-http-ipv6-mapped.yaml": "ref-remote",
    "ref-http-loopback.yaml": "ref-remote",
    "ref-http-metadata.yaml": "ref-remote",
    "ref-http-octal-ip.yaml": "ref-remote",
    "ref-http-userinfo.yaml": "ref-remote",
    "ref-jar.yaml": "ref-scheme",
    "ref-other-repo.yaml": "ref-remote",
    "ref-proc-environ.yaml": "ref-file-url",
    "ref-self.yaml": "followed",
    "ref-traversal-encoded.yaml": "ref-outside",
    "ref-traversal.yaml": "ref-outside",
    "ref-unc.yaml": "ref-backslash",
}


@pytest.fixture(scope="module")
def own(corpus: Path) -> Path:
    return corpus / "hostile/own/openapi"


def test_every_hostile_document_is_read_or_refused_in_its_line(own: Path) -> None:
    found = {path.name: outcome(path.read_bytes(), path.name) for path in own.iterdir()}
    assert found == dict.fromkeys(found, READ) | DOCUMENTS


def follow_all(root: Path) -> dict[str, str]:
    """Follow the first reference of each of the ``ref-`` documents in *root*; return why it was refused."""
    found = {}
    for path in sorted(root.glob("ref-*.yaml")):
        folder = Folder(root, "partner")
        document = folder.read(path.name)
        schema = document.value["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        try:
            folder.follow(document, schema["$ref"])
            found[path.name] = "followed"
        except RefusedReference as refused:
            found[path.name] = refused.code
    return found


def test_every_hostile_reference_is_refused_and_nothing_outside_is_opened_or_connected_to(own: Path, tmp_path: Path) -> None:
    for path in own.glob("ref-*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    os.mkfifo(tmp_path / "a.fifo")
    answer = run_watched("tests.test_hostile_documents", f"follow_all(Path({str(tmp_path)!r}))")
    assert answer["value"] == REFERENCES
    # What was opened by descriptor was opened by name before.
    outside = [name for name in answer["opened"] if not name.startswith(str(tmp_path)) and not name.isdecimal()]
    assert (answer["connected"], outside) == ([], [])
    assert not any(name.endswith("a.fifo") for name in answer["opened"])


def run_watched(module: str, expression: str) -> JSON:
    """Evaluate *expression* in a process of its own that notes each file it opens and each address it connects to."""
    program = f"""
        import json, sys
        from pathlib import Path
        from {module} import *
        opened, connected = [], []
        watched = {{"open": opened, "socket.connect": connected, "socket.getaddrinfo": connected}}
        sys.addaudithook(lambda event, args: watched[event].append(str(args[0])) if event in watched else None)
        value = {expression}
        print(json.dumps({{"value": value, "opened": list(opened), "connected": list(connected)}}))
    """
    return json.loads(run_python(program))


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=120,  # a hang guard: ten times what the slowest takes
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


# Bombs

MEMORY = 512 * 2**20
LARGEST = 19_900_000


def filled(unit: str, size: int = LARGEST) -> str:
    """Return a list of as many *unit* as fit in *size* bytes."""
    return "[" + (f"{unit}," * (size // len(unit.encode() + b","))).rstrip(",") + "]"


def levels(first: str, following: str, count: int) -> str:
    """Return *count* lines that define an anchor each, by the one before."""
    return "\n".join([f"x0: &x0 {first}", *(f"x{n}: &x{n} {following.replace('@', f'*x{n - 1}')}" for n in range(1, count))])


NEST = '{"":' * 100 + "0" + "}" * 100
BOMBS: dict[str, tuple[Callable[[], str], str]] = {
    "mappings in mappings.json": (lambda: filled(NEST), "too-many-values"),
    "mappings in mappings, 6 MB.json": (lambda: filled(NEST, 5_900_000), READ),
    "lists in lists, 6 MB.json": (lambda: filled("[" * 100 + "]" * 100, 5_900_000), READ),
    "small mappings.json": (lambda: filled('{"":0}'), "too-many-values"),
    "short texts.json": (lambda: filled('"ab"'), "too-many-values"),
    "numbers.json": (lambda: filled("0.1"), "too-many-values"),
    "one wide text.json": (lambda: '["😀' + "a" * (LARGEST - 99) + '"]', READ),
    "as many mappings as allowed, and a wide text.json": (
        lambda: filled('{"":0}', 3_490_000)[:-1] + ',"😀' + "a" * 15_000_000 + '"]',
        READ,
    ),
    "too many mappings, and a wide text.json": (
        lambda: filled('{"":0}', 4_900_000)[:-1] + ',"😀' + "a" * 15_000_000 + '"]',
        "too-many-values",
    ),
    "escapes.json": (lambda: '["' + r"\n" * 9_000_000 + '"]', READ),
    "ten million deep.json": (lambda: "[" * 9_000_000 + "]" * 9_000_000, "too-many-values"),
    "never closed.json": (lambda: "[" * 2_000_000, "too-deep"),
    "one key again and again.json": (lambda: "{" + ",".join(['"a":0'] * 480_000) + "}", "duplicate-key"),
    "items.yaml": (lambda: "- a\n" * (LARGEST // 4), "too-many-values"),
    "lists in lists.yaml": (lambda: ("- " * 100 + "a\n") * (LARGEST // 202), "too-many-values"),
    "lists in lists, 1.4 MB.yaml": (lambda: ("- " * 100 + "a\n") * (1_390_000 // 202), READ),
    "pairs in lists, and a comment.yaml": (lambda: filled("[a: b]", 230_000 * 7) + "#" + "x" * 18_000_000, READ),
    "one wide text.yaml": (lambda: 'a: "😀' + "x" * (LARGEST - 99) + '"', READ),
    "never closed.yaml": (lambda: "a: " + "[" * (LARGEST - 9), "too-deep"),
    "dashes.yaml": (lambda: "- " * (LARGEST // 2), "too-deep"),
    "aliases, exponential.yaml": (lambda: levels("[x]", "[@,@,@,@,@,@,@,@,@,@]", 20), "too-many-values"),
    "aliases, quadratic.yaml": (lambda: "a: &a [" + "x," * 3000 + "]\nb: [" + "*a," * 3000 + "]", "too-many-values"),
    "aliases, deep.yaml": (lambda: levels("[x]", "[@]", 2000), "too-deep"),
    "aliases of mappings with mappings.yaml": (lambda: levels("{a: x}", "{a: @, b: @, c: @}", 40), "too-many-values"),
    "merges, exponential.yaml": (lambda: levels("{a: 1}", "{<<: [@,@]}", 60), "too-many-values"),
    "merges, quadratic.yaml": (
        lambda: (
            "x: &x {" + ",".join(f"k{n}: 1" for n in range(3000)) + "}\n" + "".join(f"y{n}: {{<<: *x}}\n" for n in range(3000))
        ),
        "too-many-values",
    ),
    "what looks like anchors.yaml": (lambda: 'a: "' + " &a" * (LARGEST // 3 - 9) + '"', READ),
    "what looks like odd keys.yaml": (lambda: '1: "' + " +1 " * (LARGEST // 4 - 9) + '"', READ),
    "blank lines before a tag.yaml": (lambda: " \n" * (LARGEST // 2 - 9) + " !a", "yaml-tag"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_or_refused_in_512_mb(name: str) -> None:
    expected = BOMBS[name][1]
    answer = run_python(f"from tests.test_hostile_documents import explode; explode({name!r})").strip()
    assert answer == expected


def explode(name: str) -> None:
    """Print the code that a bomb is refused for, or ``read`` once a place in it is found as well."""
    import resource

    data = BOMBS[name][0]().encode()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        document = parse(data, name)
        document.place([0] * 128)
        print(READ)
    except ContractError as error:
        print(error.problems[0].code)


# JSONTestSuite


def test_json_is_accepted_where_the_json_test_suite_says_so_and_nowhere_else(corpus: Path) -> None:
    files = sorted((corpus / "hostile/JSONTestSuite/test_parsing").glob("[yn]_*.json"))
    assert len(files) == 283
    assert [path.name for path in files if read_json(path) != (path.name[0] == "y")] == []


def read_json(path: Path) -> bool:
    try:
        parse(path.read_bytes(), path.name, duplicates="last-wins")
    except ContractError:
        return False
    return True


# YAML test suite

DEVIATIONS = [
    (
        "libyaml refuses it, and so does ryaml, a port of it",
        "yaml-syntax",
        "2LFX 2SXE 4MUZ#2 58MP 5MUD 5T43 6BCT 6LVF 7Z25 8XYN 96NN 9SA2 A2M4 BEC7 DBG4 DK3J DK95 DK95#3 DK95#4 FP8R HM87 HWV9 "
        "K3WX M7A3 NJ66 QT73 R4YG SM9W#1 UT92 VJP3#1 W4TN W5VH Y79Y#1 Y79Y#10",
    ),
    (
        "tags other than those of JSON's types are refused",
        "yaml-tag",
        "2XXW 565N 5TYM 6CK3 6WLZ 7FWL 9WXW C4HZ CC74 CUP7 J7PZ M5C3 P76L UGM3 Z67P Z9M4",
    ),
    ("libyaml takes the question mark or the colon for an indicator", READ, "652Z HM87#1 Y2GN"),
    ("libyaml leaves out a last line of blanks that does not end", READ, "L24T#1"),
    ("a tag ! with nothing behind it is a document", READ, "UKK6#2"),
    (
        "it is not valid, and libyaml reads it all the same",
        READ,
        "9C9N 9JBA CVW2 DK95#1 G5U8 MUS6 QB6E S98Z SU5Z X4QW Y79Y#3 YJV2",
    ),
]
"""Why, the outcome, and the cases."""


def test_yaml_agrees_with_the_yaml_test_suite_but_for_known_deviations(corpus: Path) -> None:
    found = {name: yaml_outcome(case) for name, case in yaml_cases(corpus / "hostile/yaml-test-suite/src") if not agrees(case)}
    assert found == {name: code for _, code, names in DEVIATIONS for name in names.split()}


def yaml_outcome(case: JSON) -> str:
    return outcome(unescaped(case["yaml"]).encode(), "case.yaml").partition(" ")[0]


def yaml_cases(folder: Path) -> Iterator[tuple[str, JSON]]:
    """Yield the cases that have a JSON value or must fail; later ones of a file inherit the text of the first."""
    for path in sorted(folder.glob("*.yaml")):
        inherited: dict[str, JSON] = {}
        for number, case in enumerate(parse(path.read_bytes(), path.name).value):
            inherited = {key: value for key, value in inherited.items() if key not in ("fail", "json")} | case
            if "skip" not in inherited and ("json" in inherited or inherited.get("fail")):
                yield path.stem + (f"#{number}" if number else ""), inherited


def agrees(case: JSON) -> bool:
    code = yaml_outcome(case)
    if case.get("fail"):
        return code != READ
    expected = list(json_values(case["json"] or ""))
    if len(expected) > 1:
        return code == "yaml-documents"
    return code == READ and parse(unescaped(case["yaml"]).encode(), "case.yaml").value == (expected[0] if expected else None)


def unescaped(text: str) -> str:
    """Return the text of a case without the suite's signs for what cannot be seen."""
    for sign, meant in {"␣": " ", "←": "\r", "⇔": "\ufeff", "↵": ""}.items():
        text = text.replace(sign, meant)
    return re.sub("∎\n$", "", re.sub("—*»", "\t", text))


def json_values(text: str) -> Iterator[JSON]:
    rest = text.strip()
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        yield value
        rest = rest[end:].lstrip()
