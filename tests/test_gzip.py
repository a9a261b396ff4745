"""Contracts that gzip packed: read as if they were not, and never more of them than a plain file may have."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from pathlib import Path

import pytest

from cxcontracts.contracts.folder import Folder
from cxcontracts.documents import MOST_BYTES, Refused, contents, read
from cxcontracts.errors import ContractError
from cxcontracts.problems import Place

TEXT = b'openapi: 3.1.0\ninfo: {title: t, version: "2"}\npaths: {}\n'


def packed(folder: Path, data: bytes, name: str = "openapi.yaml.gz") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def refused(path: Path, *, at_most: int = MOST_BYTES) -> Refused:
    with pytest.raises(Refused) as raised:
        contents(path, at_most=at_most)
    return raised.value


@pytest.mark.parametrize("name", ["openapi.yaml.gz", "openapi.yaml", "OPENAPI.YAML.GZ"])
def test_what_gzip_packed_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    document = Folder(tmp_path, "p").read(packed(tmp_path, gzip.compress(TEXT), name).name)
    assert document.value == {"openapi": "3.1.0", "info": {"title": "t", "version": "2"}, "paths": {}}


def test_json_that_is_packed_is_json(tmp_path: Path) -> None:
    document = Folder(tmp_path, "p").read(packed(tmp_path, gzip.compress(b'{"a": {"b": 1}}'), "openapi.json.gz").name)
    assert (document.value, document.written) == ({"a": {"b": 1}}, "json")


def test_a_file_that_is_called_packed_and_is_not_is_read_as_it_stands(tmp_path: Path) -> None:
    assert contents(packed(tmp_path, TEXT)) == TEXT


def test_places_are_those_of_the_text(tmp_path: Path) -> None:
    document = read(packed(tmp_path, gzip.compress(TEXT)), "p/openapi.yaml.gz")
    assert document.place(["info", "version"]) == Place("p/openapi.yaml.gz", 2, 27)


def test_a_reference_leads_into_a_packed_file(tmp_path: Path) -> None:
    files = Folder(tmp_path, "p")
    packed(tmp_path, gzip.compress(b"Station: {type: string}"), "common.yaml.gz")
    (tmp_path / "openapi.yaml").write_text("{}")
    found, pointer = files.follow(files.read("openapi.yaml"), "common.yaml.gz#/Station")
    assert (found.value, pointer) == ({"Station": {"type": "string"}}, ("Station",))


def test_the_digest_is_that_of_the_text_for_packing_twice_gives_other_bytes(tmp_path: Path) -> None:
    one, other, plain = (Folder(tmp_path, "p") for _ in range(3))
    one.read(packed(tmp_path, gzip.compress(TEXT, mtime=1), "one.yaml.gz").name)
    other.read(packed(tmp_path, gzip.compress(TEXT, 1, mtime=2), "other.yaml.gz").name)
    plain.read(packed(tmp_path, TEXT, "openapi.yaml").name)
    assert one.digest() == other.digest() == plain.digest()


def test_several_members_are_one_text_and_zeros_after_them_are_none(tmp_path: Path) -> None:
    data = gzip.compress(TEXT[:10]) + gzip.compress(b"") + gzip.compress(TEXT[10:]) + b"\0" * 100_000
    assert contents(packed(tmp_path, data)) == TEXT


def test_a_text_of_many_chunks_is_read_whole(tmp_path: Path) -> None:
    text = b"".join(b"%d: %x\n" % (each, each * 7919**3) for each in range(50_000))
    half = len(text) // 2
    assert contents(packed(tmp_path, gzip.compress(text[:half]) + gzip.compress(text[half:]))) == text


@pytest.mark.parametrize("length", [99, 100])
def test_what_is_as_large_as_allowed_is_read(tmp_path: Path, length: int) -> None:
    assert contents(packed(tmp_path, gzip.compress(b"x" * length)), at_most=100) == b"x" * length


def test_what_unpacks_to_more_than_allowed_is_refused(tmp_path: Path) -> None:
    assert refused(packed(tmp_path, gzip.compress(b"x" * 101)), at_most=100).code == "file-too-large"


def test_a_bomb_is_refused_before_it_is_in_memory(tmp_path: Path) -> None:
    bomb = packed(tmp_path, gzip.compress(b"\n" * 200_000_000, 1))
    tracemalloc.start()
    try:
        found = refused(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.code == "file-too-large"
    assert peak < 5 * MOST_BYTES


def test_a_bomb_in_many_members_is_refused(tmp_path: Path) -> None:
    assert refused(packed(tmp_path, gzip.compress(b"\n" * 50_000) * 500)).code == "file-too-large"


DAMAGED = {
    "the header alone": gzip.compress(TEXT)[:10],
    "half of it": gzip.compress(TEXT)[:30],
    "all but the length": gzip.compress(TEXT)[:-2],
    "another method": b"\x1f\x8b\x07" + gzip.compress(TEXT)[3:],
    "another sum": gzip.compress(TEXT)[:-8] + b"\0\0\0\0" + gzip.compress(TEXT)[-4:],
    "more after it": gzip.compress(TEXT) + b"openapi: 3.1.0",
    "two bytes": b"\x1f\x8b",
    "zlib in its place": b"\x1f\x8b" + zlib.compress(TEXT),
    "members without end": gzip.compress(b"") * 5_000,
}


@pytest.mark.parametrize("which", DAMAGED)
def test_what_is_damaged_is_refused_with_its_reason(tmp_path: Path, which: str) -> None:
    found = refused(packed(tmp_path, DAMAGED[which]))
    assert (found.code, found.what.partition(":")[0]) == ("gzip-syntax", "this is not what gzip packs")


def test_a_damaged_contract_is_an_error_with_its_file(tmp_path: Path) -> None:
    packed(tmp_path, DAMAGED["half of it"])
    with pytest.raises(ContractError) as raised:
        Folder(tmp_path, "p").read("openapi.yaml.gz")
    assert raised.value.problems[0].place == Place("p/openapi.yaml.gz")
    assert "it ends too early" in str(raised.value)


def test_packed_twice_is_packed_once_too_often(tmp_path: Path) -> None:
    packed(tmp_path, gzip.compress(gzip.compress(TEXT)))
    with pytest.raises(ContractError):
        Folder(tmp_path, "p").read("openapi.yaml.gz")
