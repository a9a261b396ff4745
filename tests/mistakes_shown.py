"""The examples of the catalogue of mistakes, made in real files and read by the real readers: which codes come of them."""

from __future__ import annotations

import base64
import datetime
import gzip
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from cxcontracts.arazzo.journeys import workflows
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import MOST_FILES, Folder
from cxcontracts.documents import MOST_BYTES, MOST_VALUES, parse
from cxcontracts.errors import UnsoundError
from cxcontracts.estate.reading import read_estate
from cxcontracts.har import read_har
from cxcontracts.ignoring import read_ignore
from cxcontracts.mistakes import GAP, Mistake, mistakes
from cxcontracts.opening import open_estate, open_what_is_sound
from cxcontracts.packs import envelopes, pack, results
from cxcontracts.packs.envelopes import sealed, signer_of
from cxcontracts.packs.packing import packed
from cxcontracts.plugins import line_ids
from cxcontracts.problems import Problem
from cxcontracts.templates import estate_files, write_estate
from tests.estates import KINDS, TODAY, Files, sound_files, write
from tests.packs_made import KEY, OTHER_KEY, pack_file, payload_of, signed_anew
from tests.workplace import COURIER, Workplace

NOW: Final = datetime.datetime(2027, 1, 15, 8, tzinfo=datetime.UTC)
BANK: Final = Path(__file__).parent.parent / "contracts" / "bank"


ANCHORS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("not-true-or-false", "identity"), "channel: app"),
    **dict.fromkeys(("malformed", "announces-when"), "harm: blocked"),
    **dict.fromkeys(("reserved-name", "keep-given"), "keep: {train: trains.0.id}"),
    "status-class": "- {when: no such booking, status: 404, with: {ref: ZZZZZZ}, tells: [what, next]}",
    "onboarding-line": "fail-on: [blocked, misled]",
    "packs-customers": "freshness: {contract: 1d}",
    "call-kept-url": "call: operator GET /timetable",
    **dict.fromkeys(("lone-dollar", "unclosed-reference", "reference-name"), "with: {ref: $booking, surname: $surname}"),
    "value-literal": "trains.*.id: text",
    **dict.fromkeys(("value-type", "value-format", "value-impossible"), "may-have: {delay: {type: integer, minimum: 0}}"),
    "condition-list": "needs-when: [{when: 'state is \"closed\"', needs: {reason: text}}]",
    "informs-twice": "informs:",
    **dict.fromkeys(
        (
            "sentence",
            "sentence-operator",
            "sentence-operand-missing",
            "sentence-json",
            "sentence-reference",
            "sentence-words",
            "sentence-list",
            "sentence-bound",
            "sentence-count",
            "sentence-text",
            "sentence-within",
            "sentence-time",
        ),
        'must: [state is not "lost"]',
    ),
    "same-as": "booking: [{at: find, field: ref}, {is: $booking}]",
    "waiver-partner": "until: 2027-05-31",
    "not-utf8": "customer: I open my booking",
    "call-query": "call: operator GET /timetable\nwith: {booking: $booking}",
}
"""What of the sound estate both examples of a row stand in place of, where the right one does not stand there."""


def codes_of(mistake: Mistake, folder: Path, *, wrong: bool) -> set[str]:
    """Return the codes that come of a row's example, made in an empty folder.

    Args:
        wrong: Whether of the lines with the mistake; else of those without it.
    """
    text = mistake.wrong if wrong else mistake.right
    if mistake.code in MADE:
        return codes(lambda: MADE[mistake.code](folder, wrong))
    if mistake.file.endswith((".cxpack", ".cxresult")):
        return _of_envelope(mistake.file, json.loads(text), folder)
    if mistake.file == "ignore.yaml" or text.startswith("cxcontracts diff"):
        return _of_diff(text, folder)
    if mistake.file.endswith(".har"):
        return codes(lambda: read_har(text.encode()))
    if mistake.file.endswith(".arazzo.yaml"):
        return codes(lambda: workflows(parse(text.encode(), mistake.file)))
    if mistake.file in ("openapi.yaml", "asyncapi.yaml"):
        return codes(lambda: _of_contract(text, mistake.file))
    return _of_estate(mistake, folder, wrong)


def codes(read: Callable[[], object]) -> set[str]:
    """Return the codes of the problems that reading something returns, or raises."""
    try:
        found = read()
    except UnsoundError as error:
        found = error.problems
    return {each.code for each in found if isinstance(each, Problem)} if isinstance(found, list | tuple) else set()


# --- estates ------------------------------------------------------------------------------------------------------------------


def _of_estate(mistake: Mistake, folder: Path, wrong: bool) -> set[str]:
    sound, small, bank = sound_files() | _PINNED, {str(path): data for path, data in estate_files()}, _bank()
    base = next((files for files in (sound, small, bank) if mistake.file in files), None)
    if not mistake.file:
        return codes(lambda: _read(_renamed(sound, mistake, wrong), folder))
    if base is None:  # a file that none of them has
        text = mistake.wrong if wrong else mistake.right
        base = small if mistake.file.startswith("partners/") else sound
        return codes(lambda: _opened_or_read({**base, mistake.file: text.encode()}, folder, small is base))
    if mistake.file == "waivers.yaml" and "track-parcel" in mistake.right:
        files = {**small, mistake.file: (mistake.wrong if wrong else mistake.right).encode()}
        return codes(lambda: _opened(files, folder))
    anchor = ANCHORS.get(mistake.code, mistake.right)
    text = swapped(base[mistake.file].decode(), anchor, mistake.wrong if wrong else mistake.right)
    files = {**base, mistake.file: encoded(text, "latin-1" if wrong and mistake.code == "not-utf8" else "utf-8")}
    return codes(lambda: _opened_or_read(files, folder, base is not sound))


def _opened_or_read(files: Files, folder: Path, whole: bool) -> list[Problem]:
    return _opened(files, folder) if whole else _read(files, folder)


def encoded(text: str, encoding: str) -> bytes:
    """Return the bytes of a file: what an example shows by its picture is the character itself."""
    return text.replace("␇", "\a").encode(encoding)


def swapped(text: str, old: str, new: str) -> str:
    """Return a file with lines replaced that stand in it once, at whatever indentation; gaps part those to be replaced."""
    olds, news = (lines.split(f"\n{GAP}\n") for lines in (old, new))
    for before, after in zip(olds, news, strict=True):
        wanted = "\n".join(rf"(?P=in){re.escape(line)}( +#.*)?" for line in before.split("\n"))
        pattern = re.compile("(?m)^" + wanted.replace("(?P=in)", "(?P<in> *)", 1) + "$")
        found = list(pattern.finditer(text))
        assert len(found) == 1, f"{before!r} stands {len(found)} times"
        indented = "\n".join(found[0]["in"] + line for line in after.split("\n"))
        text = text[: found[0].start()] + indented + text[found[0].end() :]
    return text


def _read(files: Files, folder: Path) -> list[Problem]:
    return list(read_estate(write(files, folder), KINDS, today=TODAY, lines=line_ids)[1])


def _opened(files: Files, folder: Path) -> list[Problem]:
    if "partners/courier/pacts/app.json" in files:
        files = {**files, "partners/courier/partner.yaml": files["partners/courier/partner.yaml"] + b"pacts: [pacts/*.json]\n"}
    opened = open_what_is_sound(write(files, folder), today=TODAY)
    return [*opened.check().problems, *opened.problems()]


def _renamed(files: Files, mistake: Mistake, wrong: bool) -> Files:
    """Return the files of an estate in which one has another name, or is not there."""
    moved = dict(files)
    if wrong:
        olds, news = mistake.right.splitlines(), mistake.wrong.splitlines()
        for number, old in enumerate(olds):
            content = moved.pop(old)
            if number < len(news):
                moved[news[number]] = content
    return moved


_PINNED: Final[Files] = {
    "estate.lock": f"""\
format: 1
contracts:
  operator:
    contract:
      source: https://operator.example/openapi.yaml
      file: openapi.yaml
      taken: 2026-01-01
      files: {{openapi.yaml: 'sha256:{hashlib.sha256(sound_files()["partners/operator/openapi.yaml"]).hexdigest()}'}}
""".encode()
}


@cache
def _bank() -> Mapping[str, bytes]:
    return {str(path.relative_to(BANK)): path.read_bytes() for path in BANK.rglob("*") if path.is_file()}


# --- other files --------------------------------------------------------------------------------------------------------------


def _of_contract(text: str, name: str) -> list[Problem]:
    contract = Contract(Folder(Path(), ""), parse(text.encode(), name))
    if contract.asyncapi:
        tuple(contract.events.values())
    for operation in contract.operations():
        for answer in operation.answers.values():
            tuple(answer.headers), tuple(answer.media)
    return list(contract.mistakes())


_ACCEPTED: Final = "format: 1\nignore:\n  - {rule: response-property-removed, why: nobody reads it}\n"


def _of_diff(text: str, folder: Path) -> set[str]:
    """Return the codes that ``diff`` shows of an ignore file, or of how it was called."""
    here = Workplace(folder)
    write_estate(folder / "contracts")
    here.write("old.yaml", here.read(COURIER))
    here.write("new.yaml", here.read("contracts/partners/courier/candidates/1.5.0.yaml"))
    here.write("accepted.yaml", _ACCEPTED)
    (folder / "accepted.yaml.gz").write_bytes(gzip.compress(_ACCEPTED.encode()))
    (folder / "cut-off.yaml.gz").write_bytes(gzip.compress(_ACCEPTED.encode())[:-9])
    words = text.split()[1:] if text.startswith("cxcontracts") else ["diff", "old.yaml", "new.yaml", "--ignore", "ignore.yaml"]
    if not text.startswith("cxcontracts"):
        here.write("ignore.yaml", text)
    return set(re.findall(r"\[([a-z0-9-]+)\]$", here.run(*words).stderr, re.MULTILINE))


# --- packs and results --------------------------------------------------------------------------------------------------------


def _of_envelope(name: str, change: dict[str, Any], folder: Path) -> set[str]:
    """Return what is said of a pack, or of a result, in which something else is signed."""
    if name.endswith(".cxpack"):
        made = _pack(folder)
        return codes(lambda: pack.read_pack(signed_anew(made, payload_of(made) | change), TODAY))
    return codes(lambda: _read_result(folder, _result(folder) | change))


def _pack(folder: Path) -> Path:
    write_estate(folder / "contracts")
    return pack_file(folder, folder / "contracts", "courier")


def _result(folder: Path) -> dict[str, Any]:
    """Return what is signed in a result of the pack that :func:`_pack` makes."""
    found = pack.read_pack(_pack(folder), TODAY)
    run = open_estate(folder / "contracts", today=TODAY).check()
    courier = tuple(each for each in run.partners if each.partner == "courier")
    own = replace(run, partners=courier)
    file = folder / "courier.cxresult"
    file.write_bytes(results.result(found, own, 0, NOW, KEY, bodies=False))
    return payload_of(file)


def _read_result(folder: Path, payload: dict[str, Any], digest: str = "") -> None:
    found = pack.read_pack(folder / "courier.cxpack", TODAY)
    file = signed_anew(folder / "courier.cxresult", payload, kind=results.KIND)
    results.read_result(file, replace(found, digest=digest or found.digest), NOW, datetime.timedelta(days=30))


# --- what no lines of a file show ---------------------------------------------------------------------------------------------


def _no_estate(folder: Path, wrong: bool) -> list[Problem]:
    write_estate(folder)
    return list(open_what_is_sound(folder / "partners" if wrong else folder, today=TODAY).warnings)


def _link(folder: Path, wrong: bool) -> list[Problem]:
    write(sound_files() | _PINNED, folder / "estate")
    if wrong:
        contract = folder / "estate/partners/operator/openapi.yaml"
        contract.rename(folder / "openapi.yaml")
        contract.symlink_to("../../../openapi.yaml")
    return list(read_estate(folder / "estate", KINDS, today=TODAY)[1])


def _pipe(folder: Path, wrong: bool) -> list[Problem]:
    if wrong:
        os.mkfifo(folder / "pipe")
    (folder / "accepted.yaml").write_text(_ACCEPTED)
    return list(read_ignore(folder / ("pipe" if wrong else "accepted.yaml"), TODAY).idle())


def _unreadable(folder: Path, wrong: bool) -> list[Problem]:
    name = "x" * 300 if wrong else "accepted.yaml"  # root may read everything, and nobody a name like this
    (folder / "accepted.yaml").write_text(_ACCEPTED)
    return list(read_ignore(folder / name, TODAY).idle())


def _large(folder: Path, wrong: bool) -> None:
    parse(b"#" * (MOST_BYTES + 1) if wrong else b"openapi: 3.1.0", "openapi.yaml")


def _deep(folder: Path, wrong: bool) -> None:
    parse(b"[" * 200 + b"]" * 200 if wrong else b"{}", "openapi.json")


def _many(folder: Path, wrong: bool) -> None:
    parse(b"[" + b"0," * 2 * MOST_VALUES + b"0]" if wrong else b"{}", "openapi.json")


def _contents(folder: Path, wrong: bool) -> list[Problem]:
    types = ", ".join(f"a/{number}" for number in range(100))
    answers = ", ".join(f"'{number}': {{description: a, schema: {{}}}}" for number in range(2_001 if wrong else 3))
    paths = f"paths: {{/a: {{get: {{responses: {{{answers}}}}}}}}}"
    return _of_contract(f"swagger: '2.0'\nproduces: [{types}]\n{paths}\n", "openapi.yaml")


def _referring(target: str, made: Callable[[Path], object]) -> Callable[[Path, bool], list[Problem]]:
    """Return what is said of a contract that refers to a file which is not as it should be."""

    def told(folder: Path, wrong: bool) -> list[Problem]:
        files = {str(path): data for path, data in estate_files()}
        name = "partners/courier/openapi.yaml"
        if wrong:
            files[name] = files[name].replace(b'"#/components/schemas/Parcel"', target.encode())
            (folder / "partners/courier").mkdir(parents=True)
            made(folder / "partners/courier")
        return _opened(files, folder)

    return told


def _parts(folder: Path, wrong: bool) -> list[Problem]:
    """Read a contract of one file too many, or of two."""
    parts = range(MOST_FILES + 1 if wrong else 2)
    for number in parts:
        (folder / f"{number}.yaml").write_text(f"name: p{number}\nin: query\n")
    taken = ", ".join(f"{{$ref: {number}.yaml}}" for number in parts)
    (folder / "openapi.yaml").write_text(f"openapi: 3.1.0\npaths: {{/orders: {{get: {{parameters: [{taken}]}}}}}}\n")
    contracts = Folder(folder)
    return list(Contract(contracts, contracts.read("openapi.yaml")).mistakes())


def _alone(folder: Path, wrong: bool) -> list[Problem]:
    """Compare with a document on standard input."""
    here = Workplace(folder)
    write_estate(folder / "contracts")
    here.edit(COURIER, '{$ref: "#/components/schemas/Parcel"}', '{$ref: "schemas.yaml#/Parcel"}', to="alone.yaml")
    here.write("schemas.yaml", here.read(COURIER).partition("  schemas:\n")[2].replace("    Problem", "Problem"))
    ran = here.process("diff", "-" if wrong else "alone.yaml", COURIER, input=here.read("alone.yaml"))
    found = re.findall(r"\[([a-z0-9-]+)\]$", ran.stderr, re.MULTILINE)
    return [Problem(None, "", "", code) for code in found]  # type: ignore[arg-type]


def _names(mistake: Mistake) -> Callable[[Path, bool], None]:
    """Return what is said of the pack of an estate whose words name somebody else."""

    def told(folder: Path, wrong: bool) -> None:
        write_estate(folder)
        file = folder / mistake.file
        if wrong:
            file.write_text(swapped(file.read_text(), mistake.right, mistake.wrong))
        packed(open_estate(folder, today=TODAY), "courier")

    return told


def _packed_file(folder: Path, wrong: bool) -> None:
    write_estate(folder)
    partner = folder / "partners/courier/partner.yaml"
    partner.write_text(partner.read_text() + "pacts: [pacts/*]\n")
    (partner.parent / "pacts").mkdir()
    data = mistakes()["pact-twice"].right.encode()
    (partner.parent / "pacts/app.json").write_bytes(gzip.compress(data) if wrong else data)
    packed(open_estate(folder, today=TODAY), "courier")


def _of_two_places(mistake: Mistake) -> Callable[[Path, bool], list[Problem]]:
    """Return what is said of a step whose input the operation takes in two places."""

    def told(folder: Path, wrong: bool) -> list[Problem]:
        files = {str(path): data for path, data in estate_files()}
        sent = mistake.wrong if wrong else mistake.right
        files[mistake.file] = files[mistake.file].replace(mistake.wrong.encode(), sent.encode())
        name = "partners/courier/openapi.yaml"
        taken = b"        - {name: parcelNumber, in: path"
        asked = b"        - {name: parcelNumber, in: query, schema: {type: string}}\n"
        files[name] = files[name].replace(taken, asked + taken)
        return _opened(files, folder)

    return told


def _envelope(change: Callable[[Path], object], signed_by: str = "") -> Callable[[Path, bool], None]:
    """Return what is said of a pack once something happened to its file."""

    def told(folder: Path, wrong: bool) -> None:
        file = _pack(folder)
        if wrong:
            change(file)
        pack.read_pack(file, TODAY, signed_by if wrong else signer_of(KEY))

    return told


def _flipped(file: Path) -> None:
    envelope = json.loads(file.read_bytes())
    payload = base64.b64decode(envelope["payload"]).replace(b'"parcels"', b'"parcelz"')
    file.write_text(json.dumps(envelope | {"payload": base64.b64encode(payload).decode()}))


def _unsigned(file: Path) -> None:
    envelope = json.loads(file.read_bytes())
    payload = payload_of(file) | {"signer": ""}
    file.write_text(json.dumps(envelope | {"payload": base64.b64encode(json.dumps(payload).encode()).decode()}))


def _signed(change: dict[str, Any]) -> Callable[[Path], object]:
    return lambda file: signed_anew(file, payload_of(file) | change)


def _sent(change: dict[str, Any], digest: str = "") -> Callable[[Path, bool], None]:
    def told(folder: Path, wrong: bool) -> None:
        payload = _result(folder)
        _read_result(folder, payload | change if wrong else payload, digest if wrong else "")

    return told


def _others(folder: Path, wrong: bool) -> None:
    payload = _result(folder)
    if wrong:
        payload["report"]["partner"] = "bank"
    _read_result(folder, payload)


MADE: Final[Mapping[str, Callable[[Path, bool], object]]] = {
    "no-estate-file": _no_estate,
    "lock-outside": _link,
    "file-irregular": _pipe,
    "file-unreadable": _unreadable,
    "file-too-large": _large,
    "too-deep": _deep,
    "too-many-values": _many,
    "too-many-contents": _contents,
    "ref-too-large": _referring("large.yaml#/Parcel", lambda home: (home / "large.yaml").write_bytes(b"#" * (MOST_BYTES + 1))),
    "ref-unreadable": _referring(
        "cut-off.yaml#/Parcel", lambda home: (home / "cut-off.yaml").write_bytes(gzip.compress(b"Parcel: {}")[:-9])
    ),
    "ref-too-many-files": _parts,
    "ref-elsewhere": _alone,
    "pack-names": _names(mistakes()["pack-names"]),
    "pack-encoding": _packed_file,
    "ambiguous-input": _of_two_places(mistakes()["ambiguous-input"]),
    "envelope-form": _envelope(lambda file: file.write_bytes(file.read_bytes()[:100])),
    "envelope-kind": _envelope(lambda file: file.write_bytes(sealed({}, results.KIND, KEY))),
    "envelope-changed": _envelope(_flipped),
    "envelope-unsigned": _envelope(_unsigned),
    "envelope-signer": _envelope(lambda file: None, signer_of(OTHER_KEY)),
    "envelope-too-large": _envelope(lambda file: file.write_bytes(b" " * (envelopes.MOST_BYTES + 1))),
    "pack-files": _envelope(_signed({"files": {"../.bashrc": ""}})),
    "pack-too-large": _envelope(_signed({"files": {f"journeys/{n}.yaml": "" for n in range(pack.MOST_FILES + 1)}})),
    "result-form": _sent({"report": None}),
    "result-pack": _sent({}, "sha256:" + "0" * 64),
    "result-others": _others,
}
"""What no line of a file shows: code to what makes it, or the same without it, in a folder."""
