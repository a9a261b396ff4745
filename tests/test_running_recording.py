"""A recording is whole after each exchange that is added to it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxcontracts.exchanges import Request, Response
from cxcontracts.har import Recorded, read_har
from cxcontracts.running.recording import HarWriter

AT = datetime(2027, 1, 15, 8, 30, tzinfo=UTC)
ONE = Recorded(Request("GET", "/a", base="https://api.example"), Response(200, {}, {"a": "TOKEN"}), AT, 0.1, marks={"n": 0})


def numbered(number: int) -> Recorded:
    return replace(ONE, marks={"n": number})


def test_a_recording_is_whole_after_each_entry(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    with HarWriter(path) as writer:
        for number in range(4):
            assert read_har(path.read_bytes()) == [numbered(each) for each in range(number)]
            writer.add(numbered(number))

    assert read_har(path.read_bytes()) == [numbered(each) for each in range(4)]


def test_an_older_recording_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_text("x" * 10_000)

    with HarWriter(path) as writer:
        writer.add(ONE)

    assert read_har(path.read_bytes()) == [ONE]


def test_secrets_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    with HarWriter(path, lambda text: text.replace("TOKEN", "$env.T")) as writer:
        writer.add(ONE)

    assert "TOKEN" not in path.read_text()


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    HarWriter(tmp_path / "a.har").close()

    assert (tmp_path / "a.har").stat().st_mode & 0o777 == 0o600


def test_several_threads_may_add(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    with HarWriter(path) as writer, ThreadPoolExecutor(8) as pool:
        list(pool.map(writer.add, map(numbered, range(200))))

    assert sorted(each.marks["n"] for each in read_har(path.read_bytes())) == list(range(200))


ENDLESS = """
import sys
from pathlib import Path
from tests.test_running_recording import HarWriter, numbered
writer = HarWriter(Path(sys.argv[1]))
for number in range(10**9):
    writer.add(numbered(number))
    if number == 100:
        print("go", flush=True)
"""


def test_a_run_that_is_killed_leaves_what_it_saw(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    run = subprocess.Popen([sys.executable, "-c", ENDLESS, str(path)], cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stdout.readline() == b"go\n"
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()

    found = read_har(path.read_bytes())
    assert len(found) > 100
    assert found == [numbered(each) for each in range(len(found))]


def full(path: str) -> None:
    """Add entries until the file is as large as it may be, and print how many were added."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    writer = HarWriter(Path(path))
    for number in range(1000):
        try:
            writer.add(numbered(number))
        except OSError:
            print(json.dumps(number))
            return


def test_a_full_disk_leaves_the_recording_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    code = f"from tests.test_running_recording import full; full({str(path)!r})"
    run = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, capture_output=True, check=True)

    found = read_har(path.read_bytes())
    assert len(found) == json.loads(run.stdout) > 10
