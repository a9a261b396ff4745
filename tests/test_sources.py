"""Where versions of a contract come from: files, folders of contracts, what comes alone."""

from __future__ import annotations

import gzip
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from cxcontracts.contracts.stores import Disk
from cxcontracts.documents import MOST_BYTES
from cxcontracts.errors import ContractError, UsageError
from cxcontracts.sources import Found, Pair, Repository, Source, nothing, paired, source
from cxcontracts.sources.listing import listed_on_disk

CONTRACT = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a: {$ref: 'REF'}\n"
WHOLE = CONTRACT.replace("{$ref: 'REF'}", "{get: {responses: {'200': {description: fine}}}}")
PART = "get: {responses: {'200': {description: part}}}\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "api").mkdir()
    (tmp_path / "api/openapi.yaml").write_text(WHOLE)
    return tmp_path


def named(text: str, here: Path, stdin: bytes = b"") -> Source:
    """What is named from a folder in which git is never asked."""
    with Repository(here) as repository:
        return source(text, here, repository, network=False, stdin=lambda: io.BytesIO(stdin))


def only(found: Source) -> Found:
    (contract,) = found.contracts.values()
    return contract


def refused(text: str, here: Path) -> str:
    with pytest.raises(UsageError) as raised:
        named(text, here)
    return str(raised.value)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


# Files


@pytest.mark.parametrize("text", ["api/openapi.yaml", "api/../api/openapi.yaml"])
def test_a_file_is_named_as_its_user_named_it(here: Path, text: str) -> None:
    assert only(named(text, here)).read().contract.document.name == text


def test_a_file_beside_and_one_of_an_absolute_path_are_named_without_a_doubled_slash(here: Path) -> None:
    assert only(named("./openapi.yaml", here / "api")).shown == "openapi.yaml"
    assert only(named(str(here / "api/openapi.yaml"), here)).shown == f"{here}/api/openapi.yaml"
    assert Disk(Path("/"), "/").shown("openapi.yaml") == "/openapi.yaml"


def test_a_link_is_read_where_it_leads_to_and_named_so(here: Path) -> None:
    write(here, {"v2/openapi.yaml": CONTRACT.replace("REF", "part.yaml"), "v2/part.yaml": PART})
    (here / "api/current.yaml").symlink_to("../v2/openapi.yaml")
    found = only(named("api/current.yaml", here))
    assert found.shown == f"{here}/v2/openapi.yaml"
    assert found.read().contract.at("GET", "/a") is not None


def test_a_file_wins_over_a_commit_and_over_a_url_of_the_same_name(here: Path) -> None:
    write(here, {"main:openapi.yaml": WHOLE, "https:/partner.example": WHOLE})
    assert only(named("main:openapi.yaml", here)).shown == "main:openapi.yaml"
    assert only(named("https://partner.example", here)).path == here / "https:/partner.example"


def test_references_lead_into_the_folder_of_the_file_and_no_further(here: Path) -> None:
    write(here, {"api/in.yaml": CONTRACT.replace("REF", "parts/a.yaml"), "api/parts/a.yaml": PART, "up.yaml": PART})
    write(here, {"api/out.yaml": CONTRACT.replace("REF", "../up.yaml")})
    assert only(named("api/in.yaml", here)).read().contract.at("GET", "/a") is not None
    with pytest.raises(ContractError, match="leads out of"):
        only(named("api/out.yaml", here)).read().contract.at("GET", "/a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "api/opnapi.yaml",
            "there is no file 'api/opnapi.yaml'; did you mean 'api/openapi.yaml'?",
        ),
        ("", "one of the two versions is an empty text"),
        ("  ", "one of the two versions is an empty text"),
        ("https://me:secret@partner.example/a.yaml?key=secret", "https://partner.example/a.yaml is fetched with --allow-network"),
        ("file:///etc/passwd", "file:///etc/passwd is fetched with --allow-network only; give it, or download the document"),
    ],
)
def test_what_is_not_there_is_refused_with_what_to_write(here: Path, text: str, said: str) -> None:
    assert refused(text, here).startswith(said)


def test_a_link_to_what_is_not_there_is_refused(here: Path) -> None:
    (here / "gone.yaml").symlink_to("nowhere.yaml")
    assert refused("gone.yaml", here).startswith("there is no file 'gone.yaml'")


# What comes alone


def test_standard_input_is_a_document(here: Path) -> None:
    found = only(named("-", here, WHOLE.encode()))
    assert found.read().contract.document.name == "standard input"


@pytest.mark.parametrize("packed", [WHOLE.encode(), gzip.compress(WHOLE.encode())])
def test_what_a_shell_makes_of_a_command_is_read_once(here: Path, packed: bytes) -> None:
    os.mkfifo(here / "pipe")
    writer = threading.Thread(target=lambda: (here / "pipe").write_bytes(packed))
    writer.start()
    found = only(named("pipe", here))
    writer.join()
    assert found.read().contract.document.name == "pipe"


def test_a_document_that_came_alone_and_refers_to_other_files_is_refused(here: Path) -> None:
    for reference in ("part.yaml", "./schemas/a.json#/A"):
        with pytest.raises(ContractError, match="names another file, and the document came alone") as raised:
            only(named("-", here, CONTRACT.replace("REF", reference).encode())).read()
        assert [problem.code for problem in raised.value.problems] == ["ref-elsewhere"]


def test_a_document_that_came_alone_may_refer_to_itself(here: Path) -> None:
    text = CONTRACT.replace("REF", "#/components/pathItems/a") + f"components: {{pathItems: {{a: {{{PART.strip()}}}}}}}\n"
    assert only(named("-", here, text.encode())).read().contract.at("GET", "/a") is not None


def test_endless_standard_input_is_read_as_far_as_a_document_may_go(here: Path) -> None:
    class Endless(io.BytesIO):
        read_so_far = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None and 0 < size <= MOST_BYTES + 1
            Endless.read_so_far += size
            return b" " * size

    with Repository(here) as repository:
        found = only(source("-", here, repository, network=False, stdin=Endless))
    with pytest.raises(ContractError, match="has more than 20,000,000 bytes"):
        found.read()
    assert Endless.read_so_far == MOST_BYTES + 1


# Folders


FILES = {
    "openapi.yaml": WHOLE,
    "v1/api.json": '{"openapi": "3.1.0", "info": {}, "paths": {}}',
    "v1/old.yml": 'swagger: "2.0"\npaths: {}\n',
    "v1/flow.yaml": "{openapi: 3.1.0, webhooks: {}}",
    "v1/events.yaml": "asyncapi: 3.0.0\nchannels: {}\n",
    "v1/quoted.yaml": '"openapi": "3.0.0"\n"paths": {}\n',
    "v1/indented.yaml": "  openapi: 3.0.0\n  paths: {}\n",
    "v1/damaged.yaml": "openapi: 3.0.0\npaths: [\n",
    "v1/damaged.json": '{"openapi": "3.0.0", "paths": {',
}
NO_CONTRACTS = {
    "part.yaml": PART,
    "components.yaml": "openapi: 3.0.0\ncomponents: {}\n",
    "components.json": '{"openapi": "3.0.0", "components": {}}',
    "settings.yaml": "swagger: true\npaths: {}\n",
    "nested.json": '{"devDependencies": {"swagger": "2.0.1", "openapi": "3"}, "paths": {}}',
    "notes.yaml": "text: openapi 3.0.0 has paths\n",
    "broken.yaml": "a: [",
    "openapi.txt": WHOLE,
    ".openapi.yaml": WHOLE,
    ".git/openapi.yaml": WHOLE,
    "web/node_modules/petstore/openapi.yaml": WHOLE,
}


def test_a_folder_has_the_contracts_that_are_such_by_what_is_in_them(tmp_path: Path) -> None:
    write(tmp_path, FILES | NO_CONTRACTS)
    (tmp_path / "packed.yaml.gz").write_bytes(gzip.compress(WHOLE.encode()))
    found = named(".", tmp_path)
    assert list(found.contracts) == sorted([*FILES, "packed.yaml.gz"])
    assert (found.folder, found.passed_over) == (True, ())


def test_a_damaged_contract_of_a_folder_says_so_once_it_is_read(tmp_path: Path) -> None:
    found = named("api", write(tmp_path, {"api/damaged.yaml": FILES["v1/damaged.yaml"]}))
    with pytest.raises(ContractError, match=r"^api/damaged.yaml:3:1: not valid YAML"):
        only(found).read()


def test_what_is_not_looked_at_in_a_folder_is_told(here: Path) -> None:
    (here / "api/link.yaml").symlink_to("openapi.yaml")
    (here / "api/folder").symlink_to("..")
    (here / "api/damaged.yaml.gz").write_bytes(b"\x1f\x8bno")
    os.mkfifo(here / "api/pipe.yaml")
    os.truncate(write(here, {"api/huge.yaml": ""}) / "api/huge.yaml", MOST_BYTES + 1)
    found = named("api", here)
    assert list(found.contracts) == ["openapi.yaml"]
    assert [note.partition(":")[0] for note in found.passed_over] == [
        "api/link.yaml is a symbolic link, and not compared",
        "api/damaged.yaml.gz is not compared",
        "api/huge.yaml is not compared",
        "api/pipe.yaml is not compared",
    ]


def test_a_folder_of_too_many_files_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxcontracts.sources.listing.MOST_ENTRIES", 3)
    write(here, {f"{number}.txt": "" for number in range(3)})
    with pytest.raises(UsageError, match="has more than 3 files; name a folder with fewer"):
        listed_on_disk(here)


def test_references_of_a_contract_lead_anywhere_in_the_folder_that_was_named(tmp_path: Path) -> None:
    write(tmp_path, {"specs/api/openapi.yaml": CONTRACT.replace("REF", "../parts/a.yaml"), "specs/parts/a.yaml": PART})
    contract = only(named("specs", tmp_path)).read().contract
    found = contract.at("GET", "/a")
    assert found is not None
    assert found.node.home.place(found.node).file == "specs/parts/a.yaml"
    with pytest.raises(ContractError):
        only(named("specs/api", tmp_path)).read().contract.at("GET", "/a")


# Pairs


def folder(*paths: str, text: str = "old") -> Source:
    return Source(text, {path: Found(Disk(Path(text), text), path) for path in paths}, folder=True)


def file(path: str) -> Source:
    return Source(path, {path: Found(Disk(Path(), ""), path)})


def names(pairs: tuple[Pair, ...]) -> Iterator[tuple[str, str, str]]:
    for pair in pairs:
        yield pair.name, pair.old.file if pair.old else "", pair.new.file if pair.new else ""


def test_two_files_are_a_pair_that_is_called_as_the_new_one() -> None:
    assert list(names(paired(file("a.yaml"), file("b.json")))) == [("b.json", "a.yaml", "b.json")]


def test_contracts_of_two_folders_are_paired_by_their_paths() -> None:
    pairs = paired(folder("a.yaml", "gone.yaml", "x/b.yaml"), folder("a.yaml", "come.yaml", "x/b.yaml", text="new"))
    assert list(names(pairs)) == [
        ("a.yaml", "a.yaml", "a.yaml"),
        ("come.yaml", "", "come.yaml"),
        ("gone.yaml", "gone.yaml", ""),
        ("x/b.yaml", "x/b.yaml", "x/b.yaml"),
    ]


def test_another_ending_is_no_other_contract_unless_two_could_be_meant() -> None:
    assert list(names(paired(folder("a.yaml", "b.yml"), folder("a.json.gz", "b.yml", text="new")))) == [
        ("a.json.gz", "a.yaml", "a.json.gz"),
        ("b.yml", "b.yml", "b.yml"),
    ]
    assert list(names(paired(folder("a.yaml", "a.json"), folder("a.yml", text="new")))) == [
        ("a.json", "a.json", ""),
        ("a.yaml", "a.yaml", ""),
        ("a.yml", "", "a.yml"),
    ]


def test_a_contract_that_went_is_not_the_one_that_stayed_beside_it() -> None:
    assert list(names(paired(folder("a.json", "a.yaml"), folder("a.yaml", text="new")))) == [
        ("a.json", "a.json", ""),
        ("a.yaml", "a.yaml", "a.yaml"),
    ]


def test_the_only_contracts_of_two_folders_are_a_pair_whatever_they_are_called() -> None:
    assert list(names(paired(folder("shop-1.yaml"), folder("shop-2.yaml")))) == [("shop-2.yaml", "shop-1.yaml", "shop-2.yaml")]


def test_a_file_is_held_against_the_only_contract_of_a_folder_and_no_other() -> None:
    assert list(names(paired(file("a.yaml"), folder("v2/b.yaml")))) == [("v2/b.yaml", "a.yaml", "v2/b.yaml")]
    with pytest.raises(UsageError, match=r"^'old' is a folder of 2 contracts \(a.yaml, b.yaml\); name one, or two folders$"):
        paired(file("a.yaml"), folder("a.yaml", "b.yaml"))
    with pytest.raises(UsageError, match=r"^'old' is a folder of 0 contracts \(none\)"):
        paired(folder(), file("a.yaml"))


def test_two_folders_without_contracts_have_no_pairs() -> None:
    assert paired(folder(), folder()) == ()


@pytest.mark.parametrize("text", [WHOLE, WHOLE.replace("3.0.3", "3.1.0"), WHOLE.replace("3.0.3", "3.2.0"), FILES["v1/old.yml"]])
def test_what_is_on_one_side_only_is_held_against_a_contract_without_operations(tmp_path: Path, text: str) -> None:
    there = only(named("a.yaml", write(tmp_path, {"a.yaml": text}))).read()
    empty = nothing(there)
    assert list(empty.contract.operations()) == []
    assert empty.contract.legacy is there.contract.legacy


def test_a_store_on_disk_offers_the_names_beside_a_file(here: Path) -> None:
    store = Disk(here, "")
    assert store.beside(PurePosixPath("api/x.yaml")) == ["openapi.yaml"]
    assert store.beside(PurePosixPath("nowhere/x.yaml")) == ()
