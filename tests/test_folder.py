"""A partner's folder: what a reference leads to, and everywhere that it does not."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from cxcontracts.contracts import folder as folder_module
from cxcontracts.contracts.folder import Folder, RefusedReference
from cxcontracts.documents import Refused
from cxcontracts.errors import ContractError
from cxcontracts.problems import Place


@pytest.fixture
def partner(tmp_path: Path) -> Path:
    """A partner's folder with a secret beside it."""
    root = tmp_path / "partners/operator"
    (root / "schemas/deep").mkdir(parents=True)
    (tmp_path / "partners/secret.yaml").write_text("a: secret")
    (root / "openapi.yaml").write_text("a: {b: 1}")
    (root / "common.json").write_text('{"a": 1, "a": 2}')
    (root / "schemas/station.yaml").write_text("a: station")
    (root / "schemas/deep/zone.yaml").write_text("a: zone")
    return root


def folder(root: Path) -> Folder:
    return Folder(root, "partners/operator")


def refusal(root: Path, reference: str, base: str = "openapi.yaml") -> RefusedReference:
    files = folder(root)
    with pytest.raises(RefusedReference) as raised:
        files.follow(files.read(base), reference)
    return raised.value


@pytest.mark.parametrize(
    ("reference", "name", "pointer"),
    [
        ("#", "openapi.yaml", ()),
        ("", "openapi.yaml", ()),
        ("#/", "openapi.yaml", ("",)),
        ("#/a/b", "openapi.yaml", ("a", "b")),
        ("#/paths/~1users~1%7Bid%7D/x~0y", "openapi.yaml", ("paths", "/users/{id}", "x~y")),
        ("#/a~01", "openapi.yaml", ("a~1",)),
        ("#/a%2Fb", "openapi.yaml", ("a", "b")),
        ("#/caf%C3%A9/é", "openapi.yaml", ("café", "é")),
        ("common.json", "common.json", ()),
        ("./common.json#/a", "common.json", ("a",)),
        ("schemas//station.yaml#/a", "schemas/station.yaml", ("a",)),
        ("schemas/./deep/../station%2Eyaml", "schemas/station.yaml", ()),
        ("openapi.yaml#/a", "openapi.yaml", ("a",)),
    ],
)
def test_a_reference_is_followed_inside_the_folder(partner: Path, reference: str, name: str, pointer: tuple[str, ...]) -> None:
    files = folder(partner)
    document, tokens = files.follow(files.read("openapi.yaml"), reference)
    assert (document.name, tokens) == (f"partners/operator/{name}", pointer)


def test_a_reference_starts_at_the_folder_of_its_file(partner: Path) -> None:
    files = folder(partner)
    zone, _ = files.follow(files.read("openapi.yaml"), "schemas/deep/zone.yaml")
    station, _ = files.follow(zone, "../station.yaml")
    contract, _ = files.follow(station, "../openapi.yaml")
    assert station.value == {"a": "station"}
    assert contract is files.read("openapi.yaml")


def test_each_file_is_read_once(partner: Path) -> None:
    files = folder(partner)
    first = files.read("common.json")
    (partner / "common.json").unlink()
    assert files.follow(first, "./schemas/../common.json#/a")[0] is first


REFUSED = {
    "http://127.0.0.1:9/x.json#/A": "ref-remote",
    "HTTPS://partner.example/x.yaml": "ref-remote",
    "ftp://127.0.0.1/x": "ref-remote",
    "https://127.0.0.1/x?y=1#/A": "ref-remote",
    "git+https://127.0.0.1/x.git#a.yaml": "ref-remote",
    "//127.0.0.1/x.yaml": "ref-remote",
    "%2f%2f127.0.0.1/x.yaml": "ref-remote",
    "http%3A//127.0.0.1/x": "ref-remote",
    "file:///etc/passwd": "ref-file-url",
    "FILE:openapi.yaml": "ref-file-url",
    "file://localhost/etc/passwd": "ref-file-url",
    "data:application/json,{}": "ref-scheme",
    "jar:file:///tmp/x.zip!/a": "ref-scheme",
    "urn:example:a": "ref-scheme",
    "/etc/passwd": "ref-absolute",
    "%2Fetc/passwd": "ref-absolute",
    "/openapi.yaml#/a": "ref-absolute",
    "C:/x.yaml": "ref-drive",
    "c:\\x.yaml": "ref-drive",
    "schemas\\station.yaml": "ref-backslash",
    "\\\\127.0.0.1\\share\\x.yaml": "ref-backslash",
    "..%5cx.yaml": "ref-backslash",
    "common.json?v=2#/a": "ref-query",
    "../secret.yaml": "ref-outside",
    "schemas/../../secret.yaml": "ref-outside",
    "..%2fsecret.yaml": "ref-outside",
    "%2e%2e/secret.yaml": "ref-outside",
    "..": "ref-outside",
    "%252e%252e/secret.yaml": "ref-missing-file",
    "comon.json": "ref-missing-file",
    "nowhere/x.yaml": "ref-missing-file",
    "openapi.yaml/x": "ref-unreadable",
    "schemas": "ref-not-a-file",
    ".": "ref-not-a-file",
    "x" * 300: "ref-unreadable",
    "x" * 5000: "ref-syntax",
    "common.json\0": "ref-syntax",
    "common%00.json": "ref-syntax",
    "a\nb.yaml": "ref-syntax",
    chr(0xD800) + ".yaml": "ref-syntax",
    chr(0xDFFF) + ".yaml": "ref-syntax",
    chr(0xDCFF) + ".yaml": "ref-missing-file",
    "%ff.yaml": "ref-syntax",
    "#/%ff": "ref-syntax",
    "#/a\nb": "ref-syntax",
    "#/a%00b": "ref-syntax",
    "#/a~2b": "ref-syntax",
    "#/a~": "ref-syntax",
    "#Station": "ref-anchor",
    "common.json#Station": "ref-anchor",
    "#a/b": "ref-anchor",
}


MET = ("ref-missing-file", "ref-not-a-file", "ref-unreadable")
"""What shows only once the store is asked."""


@pytest.mark.parametrize("reference", REFUSED)
def test_every_other_reference_is_refused_for_its_own_reason(partner: Path, reference: str) -> None:
    found = refusal(partner, reference)
    assert found.code == REFUSED[reference]
    assert "secret" not in found.what.replace("secret.yaml", "")
    assert found.what.startswith("the reference '") and found.remedy


def test_the_nearest_file_is_offered(partner: Path) -> None:
    found = refusal(partner, "comon.json#/a")
    assert found.what == "the reference 'comon.json#/a' names a file that is not there"
    assert found.remedy == "did you mean 'common.json'?"


def test_a_link_is_followed_inside_the_folder_and_not_out_of_it(partner: Path) -> None:
    (partner / "inside.yaml").symlink_to("schemas/station.yaml")
    (partner / "outside.yaml").symlink_to("../secret.yaml")
    (partner / "up").symlink_to("..")
    (partner / "loop.yaml").symlink_to("loop.yaml")
    assert folder(partner).read("inside.yaml").value == {"a": "station"}
    assert refusal(partner, "outside.yaml").code == "ref-outside"
    assert refusal(partner, "up/secret.yaml").code == "ref-outside"
    assert refusal(partner, "loop.yaml").code == "ref-not-a-file"


def test_a_folder_that_is_itself_a_link_is_read(partner: Path, tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(partner)
    assert folder(tmp_path / "here").read("schemas/station.yaml").value == {"a": "station"}


def test_a_folder_whose_name_begins_alike_is_outside(partner: Path) -> None:
    beside = partner.with_name("operator-secret")
    beside.mkdir()
    (beside / "x.yaml").write_text("a: secret")
    (partner / "x.yaml").symlink_to("../operator-secret/x.yaml")
    assert refusal(partner, "x.yaml").code == "ref-outside"


@pytest.mark.parametrize(("kind", "code"), [("fifo", "ref-not-a-file"), ("device", "ref-outside"), ("process", "ref-outside")])
def test_nothing_but_a_regular_file_is_opened(partner: Path, kind: str, code: str) -> None:
    path = partner / "x.yaml"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to({"device": "/dev/zero", "process": "/proc/self/environ"}[kind])
    assert refusal(partner, "x.yaml").code == code


def test_a_device_inside_the_folder_is_not_opened() -> None:
    with pytest.raises(ContractError, match="not a regular file"):
        Folder(Path("/dev"), "dev").read("zero")


def test_a_file_beyond_the_largest_size_is_refused_unread(partner: Path) -> None:
    os.truncate(partner / "schemas/station.yaml", 10**11)
    assert refusal(partner, "schemas/station.yaml").code == "ref-too-large"


def test_a_contract_has_so_many_files_and_bytes_and_no_more(partner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MOST_FILES", 1)
    assert refusal(partner, "common.json").code == "ref-too-many-files"
    monkeypatch.undo()
    monkeypatch.setattr(folder_module, "MOST_BYTES_IN_ALL", 5)
    assert refusal(partner, "common.json").code == "ref-too-many-files"
    assert folder(partner).read("openapi.yaml").value == {"a": {"b": 1}}


@pytest.mark.parametrize("relative", ["/etc/passwd", "../secret.yaml", "http://127.0.0.1/x", "missing.yaml", "a\0b", ""])
def test_a_file_that_cannot_be_read_by_its_path_is_an_error_of_the_contract(partner: Path, relative: str) -> None:
    with pytest.raises(ContractError) as raised:
        folder(partner).read(relative)
    (found,) = raised.value.problems
    assert found.place == Place(f"partners/operator/{relative}")
    assert found.code == REFUSED.get(
        relative, {"": "ref-not-a-file", "missing.yaml": "ref-missing-file"}.get(relative, found.code)
    )
    assert found.what.startswith("'")


def test_a_mistake_in_a_file_that_a_reference_names_is_reported_there(partner: Path) -> None:
    (partner / "schemas/station.yaml").write_text("a: [")
    files = folder(partner)
    with pytest.raises(ContractError) as raised:
        files.follow(files.read("openapi.yaml"), "schemas/station.yaml#/a")
    assert raised.value.problems[0].place.file == "partners/operator/schemas/station.yaml"


def test_in_a_partners_json_the_last_of_two_keys_counts(partner: Path) -> None:
    document = folder(partner).read("common.json")
    assert document.value == {"a": 2}
    assert [twice.key for twice in document.duplicates] == ["a"]


def test_a_candidate_anywhere_on_disk_has_its_own_folder_for_root(partner: Path) -> None:
    candidates = partner / "candidates"
    candidates.mkdir()
    (candidates / "3.0.0.yaml").write_text("a: new")
    files = Folder(candidates, "")
    candidate = files.read("3.0.0.yaml")
    assert candidate.name == "3.0.0.yaml"
    with pytest.raises(RefusedReference, match="leads out"):
        files.follow(candidate, "../openapi.yaml")


class Kept:
    """A store in memory, which refuses one path with a code."""

    def __init__(self, code: str = "") -> None:
        self.code = code
        self.asked: list[str] = []

    def contents(self, path: PurePosixPath) -> bytes:
        self.asked.append(str(path))
        if self.code and path.name == "b.yaml":
            raise Refused(self.code, "it is as it is", "leave it")
        return b'{"a": "kept"}'

    def beside(self, path: PurePosixPath) -> list[str]:
        return ["c.yaml"]

    def shown(self, relative: str) -> str:
        return f"kept:{relative}"


def test_a_folder_is_the_same_wherever_its_files_are_kept() -> None:
    store = Kept()
    files = Folder(store)
    document, tokens = files.follow(files.read("x/a.yaml"), "../y/%62.yaml#/a")
    assert (document.name, document.value, tokens) == ("kept:y/b.yaml", {"a": "kept"}, ("a",))
    assert files.files_read == ("x/a.yaml", "y/b.yaml")


@pytest.mark.parametrize("reference", [each for each, code in REFUSED.items() if code not in MET])
def test_a_store_is_not_asked_for_what_is_no_path_in_it(reference: str) -> None:
    store = Kept()
    files = Folder(store)
    with pytest.raises(RefusedReference):
        files.follow(files.read("a.yaml"), reference)
    assert [path for path in store.asked if ".." in path or path.startswith("/")] == []
    assert len(store.asked) == (2 if REFUSED[reference] == "ref-anchor" and "." in reference else 1)


@pytest.mark.parametrize(
    ("code", "of_reference", "said"),
    [
        ("file-missing", "ref-missing-file", "names a file that is not there"),
        ("file-irregular", "ref-not-a-file", "names something that is not a regular file"),
        ("file-outside", "ref-outside", "leads out of the partner's folder"),
        ("file-elsewhere", "ref-elsewhere", "names another file, and the document came alone"),
        ("file-too-large", "ref-too-large", "cannot be followed: it is as it is"),
        ("gzip-syntax", "ref-unreadable", "cannot be followed: it is as it is"),
    ],
)
def test_why_a_store_refuses_a_file_is_told_of_the_reference_to_it(code: str, of_reference: str, said: str) -> None:
    files = Folder(Kept(code))
    with pytest.raises(RefusedReference) as raised:
        files.follow(files.read("a.yaml"), "b.yaml")
    assert (raised.value.code, raised.value.what) == (of_reference, f"the reference 'b.yaml' {said}")


def test_the_digest_of_one_file_is_what_sha256sum_prints(partner: Path) -> None:
    files = folder(partner)
    data = files.read("openapi.yaml").data
    assert files.digest() == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_the_digest_of_several_files_is_that_of_their_listing_in_any_order_of_reading(partner: Path) -> None:
    names = ["common.json", "openapi.yaml", "schemas/station.yaml"]
    listing = subprocess.run(["sha256sum", *names], cwd=partner, capture_output=True, check=True).stdout
    for order in (names, names[::-1]):
        files = folder(partner)
        for name in order:
            files.read(name)
        assert files.files_read == tuple(names)
        assert files.digest() == f"sha256:{hashlib.sha256(listing).hexdigest()}"


def test_the_digest_depends_on_what_was_read_alone(partner: Path) -> None:
    one, two = folder(partner), folder(partner)
    one.read("openapi.yaml")
    two.read("openapi.yaml")
    (partner / "schemas/station.yaml").write_text("a: changed")
    assert one.digest() == two.digest()
    two.read("schemas/station.yaml")
    assert one.digest() != two.digest()
