"""What is left of a run in run.jsonl, however it ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.reports.json import as_json
from cxcontracts.running.evidence import FILE, FOLDER_VARIABLE, MOST_KEPT, Evidence, runs_folder
from cxcontracts.verdicts import Verdicts
from tests.partners_running import Asked, answer
from tests.runs import check
from tests.test_verify import ORDER, PARCEL, report, shop, urls
from tests.workplace import COMMAND, JOURNEY, Workplace, workplace


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "runs"))
    return workplace(tmp_path)


def runs(here: Workplace) -> list[Path]:
    return sorted((here.folder / "runs").glob(f"*/{FILE}"))


def lines(here: Workplace) -> list[Any]:
    (file,) = runs(here)
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def of(event: str, found: list[Any]) -> list[Any]:
    return [each for each in found if each["event"] == event]


def test_a_run_leaves_each_exchange_and_finding_and_says_that_it_is_complete(here: Workplace) -> None:
    with shop(parcel=answer(PARCEL | {"expectedOn": None})) as partners:
        read = report(here.run("verify", *urls(*partners), "--no-fuzz", "--format", "json"))
        asked = sum(len(each.asked) for each in partners)

    found = lines(here)
    assert (found[0]["event"], found[0]["complete"], found[0]["version"]) == ("start", False, 1)
    assert (found[0]["command"], found[0]["estate"]) == ("verify", read["estate"])
    assert (found[-1]["event"], found[-1]["complete"]) == ("end", True)
    assert len(of("exchange", found)) == asked
    assert {each["entry"]["_cx"]["step"] for each in of("exchange", found)} == {"open-order", "see-parcel"}
    assert {each["id"]: each["verdict"] for each in of("finding", found)} == {
        each["id"]: each["verdict"] for each in read["findings"]
    }
    assert {each["id"]: each["because"] for each in of("not-exercised", found)} == read["not_exercised"]
    (file,) = runs(here)
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)


def test_findings_that_were_not_asked_for_are_not_kept(here: Workplace) -> None:
    with shop() as partners:
        here.run("verify", *urls(*partners), "--no-fuzz", "-k", "needs:state")

    assert {each["id"].rpartition("/")[2] for each in of("finding", lines(here))} == {"needs:state"}


def kill_a_run(here: Workplace) -> None:
    """Run verify, and kill it once it waits for an answer in its third walk."""
    waiting = threading.Event()
    turns = iter(range(100))

    def reply(connection: socket.socket, _: Asked) -> None:
        if next(turns) < 2:
            connection.sendall(answer(PARCEL))
        else:
            waiting.set()
            connection.recv(1)

    with shop(parcel=reply) as partners:
        words = [*COMMAND, "verify", *urls(*partners), "--timeout", "1h", "--no-fuzz"]
        process = subprocess.Popen(words, cwd=here.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert waiting.wait(120)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=120)


def test_a_run_that_is_killed_leaves_what_it_had_and_does_not_say_that_it_is_complete(here: Workplace) -> None:
    kill_a_run(here)

    found = lines(here)
    assert found[0]["complete"] is False
    assert of("end", found) == []
    assert [each["entry"]["_cx"]["step"] for each in of("exchange", found)] == ["open-order", "see-parcel"] * 2


def test_a_run_that_is_interrupted_says_that_it_is_not_complete(here: Workplace) -> None:
    waiting = threading.Event()

    def hang(connection: socket.socket, _: Asked) -> None:
        waiting.set()
        connection.recv(1)

    with shop(answer(ORDER | {"state": 7}), hang) as partners:
        words = [*COMMAND, "verify", *urls(*partners), "--timeout", "1h", "--no-fuzz"]
        process = subprocess.Popen(words, cwd=here.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert waiting.wait(120)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)

    found = lines(here)
    assert [each["complete"] for each in of("end", found)] == [False]
    assert "track-parcel/open-order/needs:state" in {each["id"] for each in of("finding", found) if each["verdict"] == "broken"}


def test_secrets_are_taken_out_of_all_that_is_kept(here: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_TOKEN", "s3cret-orders-token")
    with shop(answer(ORDER | {"state": "s3cret-orders-token"})) as (orders, courier):
        address = "contract: openapi.yaml"
        more = f"{address}\nenvironments: {{sandbox: {{url: '{orders.url}', auth: {{bearer: $env.ORDERS_TOKEN}}}}}}"
        here.edit("contracts/partners/orders/partner.yaml", address, more)
        here.run("verify", "--env", "sandbox", "--url", f"courier={courier.url}", "--no-fuzz")
        assert orders.asked[0].headers["authorization"] == "Bearer s3cret-orders-token"

    (file,) = runs(here)
    assert len(of("finding", lines(here))) > 5
    assert "s3cret" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "login", ["{bearer: $env.TOKEN}", "{basic: {user: $env.USER, password: $env.TOKEN}}", "{header: {X-Key: $env.TOKEN}}"]
)
def test_what_one_partner_echoes_of_another_ones_login_is_not_kept_though_nobody_logged_in_yet(
    here: Workplace, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret-courier-token")
    monkeypatch.setenv("USER", "parcels")
    with shop(answer(ORDER | {"state": "s3cret-courier-token"})) as (orders, courier):
        address = "contract: openapi.yaml"
        more = f"{address}\nenvironments: {{sandbox: {{url: '{courier.url}', auth: {login}}}}}"
        here.edit("contracts/partners/courier/partner.yaml", address, more)
        alone = here.read(JOURNEY).partition("  - step: see-parcel")[0].replace("journey: track-parcel", "journey: alone")
        here.write("contracts/journeys/alone.yaml", alone)
        ran = here.run("verify", "--env", "sandbox", "--url", f"orders={orders.url}", "--no-fuzz", "--journey", "alone")
        assert orders.asked and not courier.asked, ran.output

    (file,) = runs(here)
    assert len(of("exchange", lines(here))) > 1
    assert "s3cret" not in file.read_text(encoding="utf-8")


def test_the_newest_runs_are_kept(here: Workplace) -> None:
    for number in range(MOST_KEPT + 5):
        (here.folder / f"runs/202601{number + 1:02}T000000Z-{number:08x}").mkdir(parents=True)
    (here.folder / "runs/my-notes").mkdir()
    with shop() as partners:
        here.run("verify", *urls(*partners), "--no-fuzz")

    left = sorted(path.name for path in (here.folder / "runs").iterdir())
    assert len(left) == MOST_KEPT + 1
    assert "my-notes" in left
    assert left[0].startswith("20260107")
    assert len(runs(here)) == 1


def test_where_nothing_can_be_kept_the_run_goes_on_and_says_so(here: Workplace) -> None:
    here.write("runs", "a file")
    with shop() as partners:
        ran = here.run("verify", *urls(*partners), "--no-fuzz")

    assert ran.exit_code == 0
    assert "there is no evidence of this run" in ran.output


def test_a_disk_that_fills_up_ends_the_evidence_and_not_the_run(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, "0123456789", as_json)
    evidence.start(check())
    (file,) = tmp_path.glob(f"*/{FILE}")
    full = os.open("/dev/full", os.O_WRONLY)
    evidence._file, before = full, evidence._file
    assert before is not None
    os.close(before)
    evidence.judged(Verdicts((), {"j/s/answers": "no exchange shows it"}), lambda _: True)
    evidence.close(check())

    assert evidence.failed == "No space left on device"
    assert [json.loads(line)["event"] for line in file.read_text().splitlines()] == ["start"]


def test_no_run_is_kept_where_nobody_wants_that(here: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    with shop() as partners:
        assert here.run("verify", *urls(*partners), "--no-fuzz").exit_code == 0
        assert runs_folder() is None
        assert here.run("verify", *urls(*partners), "--dry-run").exit_code == 0
    assert not (here.folder / "runs").exists()


def test_runs_are_kept_where_the_users_programs_keep_theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert runs_folder() == tmp_path / "cxcontracts" / "runs"
