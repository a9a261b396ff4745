"""The bytes of a file: all of them, as many as are allowed, and room for no more than there are."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from cxcontracts.documents import MOST_BYTES, Refused, contents

PIECE = 65_536
"""How much is read at a time of a file that has more than it says."""


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 3])
def test_a_file_of_any_length_is_read_whole(tmp_path: Path, length: int) -> None:
    data = bytes(number % 251 for number in range(length))
    file = tmp_path / "f.yaml"
    file.write_bytes(data)
    assert contents(file) == contents(file, at_most=max(length, 1)) == data


@pytest.mark.parametrize("length", [2, PIECE + 1, 5 * PIECE])
def test_a_file_of_one_byte_more_than_allowed_is_refused(tmp_path: Path, length: int) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"x" * length)
    with pytest.raises(Refused) as raised:
        contents(file, at_most=length - 1)
    assert raised.value.code == "file-too-large"


@pytest.mark.skipif(not Path("/proc/self/maps").is_file(), reason="no file here says that it is empty, and is not")
def test_a_file_that_says_that_it_is_empty_is_read_all_the_same() -> None:
    assert Path("/proc/self/maps").stat().st_size == 0
    assert contents("/proc/self/maps").splitlines()[-1].endswith(b"]")


def test_for_a_small_file_there_is_little_room_made(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"a: 1\n")
    tracemalloc.start()
    try:
        contents(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES / 20
