"""Journeys as tests that are walked against partners that run: options, and the hooks of a conftest.py."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.pacts_made import call, document
from tests.partners_running import Asked, Partner, answer, running
from tests.test_verify import ORDER, PARCEL, shop
from tests.workplace import JOURNEY, Workplace, workplace

pytest_plugins = ["pytester"]


@pytest.fixture
def here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    return workplace(pytester.path)


@pytest.fixture
def healthy() -> Iterator[tuple[Partner, Partner]]:
    with shop() as partners:
        yield partners


def options(orders: Partner, courier: Partner) -> list[str]:
    return [f"--cx-url=orders={orders.url}", f"--cx-url=courier={courier.url}", "--cx-no-fuzz"]


def joined(ran: pytest.RunResult) -> str:
    return " ".join(str(ran.stdout).split())


def test_each_requirement_that_running_partners_show_is_a_test(
    pytester: pytest.Pytester, here: Workplace, healthy: tuple[Partner, Partner]
) -> None:
    ran = pytester.runpytest_subprocess("contracts", *options(*healthy))

    outcomes = ran.parseoutcomes()
    assert outcomes["passed"] >= 10
    assert "failed" not in outcomes and "errors" not in outcomes
    assert f"courier={healthy[1].url}" in joined(ran)
    assert {each.target for each in healthy[0].asked} == {"/orders/20417733"}


def test_a_journey_is_walked_once_for_all_of_its_tests(
    pytester: pytest.Pytester, here: Workplace, healthy: tuple[Partner, Partner]
) -> None:
    pytester.runpytest_subprocess("contracts", *options(*healthy))
    assert len(healthy[0].asked) == 3


def test_limits_hold_over_all_processes_of_a_run(pytester: pytest.Pytester, here: Workplace) -> None:
    here.write("contracts/journeys/second.yaml", here.read(JOURNEY).replace("journey: track-parcel", "journey: second"))
    here.edit(
        "contracts/partners/courier/partner.yaml", "contract: openapi.yaml", "contract: openapi.yaml\nlimits: {requests: 4}"
    )
    with shop() as (orders, courier):
        ran = pytester.runpytest_subprocess("contracts", "-n", "2", *options(orders, courier))

    assert len(courier.asked) == 4
    assert len({each.headers["cxcontracts-run"] for each in orders.asked}) == 2
    assert "the 4 requests that the estate allows in a run are used up" in joined(ran)


def test_journeys_share_what_may_be_sent_as_far_as_their_tests_run(pytester: pytest.Pytester, here: Workplace) -> None:
    numbers = ("10000001", "20000002", "30000003")
    for number in numbers:
        journey = here.read(JOURNEY).replace("journey: track-parcel", f"journey: j-{number}").replace("20417733", number)
        here.write(f"contracts/journeys/j-{number}.yaml", journey)
    (here.folder / JOURNEY).unlink()

    def sent(*words: str) -> list[int]:
        """Return how many orders each journey asks for; they are walked one after the other."""
        with shop() as (orders, courier):
            pytester.runpytest_subprocess("contracts", *options(orders, courier)[:2], "--cx-budget=30", *words)
        asked = [each.target.rpartition("/")[2] for each in orders.asked]
        begun = [asked.index(number) for number in numbers if number in asked]
        return [end - start for start, end in pairwise((*begun, len(asked)))]

    assert sent() == [5, 6, 7]  # what was kept for failures is for those that come after
    (alone,) = sent("-k", numbers[1])
    assert alone > 7


def test_a_break_fails_its_test_alone_with_whose_it_is_and_how_to_send_it_again(
    pytester: pytest.Pytester, here: Workplace
) -> None:
    with running(answer(ORDER)) as orders, running(answer(PARCEL | {"expectedOn": None})) as courier:
        ran = pytester.runpytest_subprocess("contracts", *options(orders, courier))

    assert ran.parseoutcomes()["failed"] == 1
    ran.stdout.fnmatch_lines([f"FAILED {JOURNEY}::see-parcel::needs:expectedOn*"])
    for part in (
        "expectedOn is null; the journey needs a date",
        "courier: breaks its contract",
        f"{courier.url}/parcels/SP123456789",
    ):
        assert part in joined(ran)


def test_what_nobody_can_judge_is_an_error_and_no_failure(pytester: pytest.Pytester, here: Workplace) -> None:
    with running(answer(ORDER)) as orders, running(answer({}, 503)) as courier:
        ran = pytester.runpytest_subprocess("contracts", *options(orders, courier))

    outcomes = ran.parseoutcomes()
    assert outcomes["errors"] >= 1 and "failed" not in outcomes
    assert "it says that it is down (503)" in joined(ran)
    assert ran.ret == 1


def test_a_conftest_says_where_partners_run_logs_in_and_brings_states_about(
    pytester: pytest.Pytester, here: Workplace, healthy: tuple[Partner, Partner]
) -> None:
    here.edit(
        JOURNEY, "\nsteps:\n", "\nsetup: [{step: there, state: an order is there, params: {number: $orderNumber}}]\nsteps:\n"
    )
    here.write(
        "conftest.py",
        f"""
import pathlib

def pytest_cxcontracts_urls(config):
    return {{"orders": "{healthy[0].url}", "courier": "{healthy[1].url}"}}

def pytest_cxcontracts_state(config, state, params):
    with pathlib.Path("states.txt").open("a") as file:
        file.write(f"{{state}} {{params['number']}}\\n")
    return True

def pytest_cxcontracts_headers(config, partner, identity):
    return {{"X-Api-Key": f"{{partner}}-s3cret"}}
""",
    )
    ran = pytester.runpytest_subprocess(".", "--cx-no-fuzz")

    assert ran.ret == 0, joined(ran)
    assert set(here.read("states.txt").splitlines()) == {"an order is there 20417733"}
    assert {each.headers["x-api-key"] for each in healthy[0].asked} == {"orders-s3cret"}
    assert {each.headers["x-api-key"] for each in healthy[1].asked} == {"courier-s3cret"}


def test_a_hook_logs_in_for_interactions_of_pact_files_as_well(
    pytester: pytest.Pytester, here: Workplace, healthy: tuple[Partner, Partner]
) -> None:
    here.edit("contracts/partners/orders/partner.yaml", "contract: openapi.yaml", "contract: openapi.yaml\npacts: [pacts/*.json]")
    here.write("contracts/partners/orders/pacts/web.json", document(call({"state": "sent"})).decode())
    here.write("conftest.py", "def pytest_cxcontracts_headers(config, partner, identity):\n    return {'X-Key': 'k-1234567'}\n")

    pytester.runpytest_subprocess("contracts", *options(*healthy), "-k", "web").assert_outcomes(passed=1)

    assert [(each.target, each.headers["x-key"]) for each in healthy[0].asked] == [("/thing", "k-1234567")]


def test_what_a_hook_logs_in_with_is_in_no_report_whatever_a_partner_echoes(pytester: pytest.Pytester, here: Workplace) -> None:
    def echo(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(answer(ORDER | {"state": asked.headers["x-shop"], "items": [{"name": asked.headers["x-shop"]}]}))

    with running(echo) as orders, running(answer(PARCEL)) as courier:
        hook = "def pytest_cxcontracts_headers(config, partner, identity):\n    return {'X-Shop': 'v3ry-s3cret-value'}\n"
        here.write("conftest.py", hook)
        ran = pytester.runpytest_subprocess("contracts", *options(orders, courier), "--junitxml=report.xml", "-v")

    assert ran.parseoutcomes()["failed"] == 1
    assert {each.headers["x-shop"] for each in orders.asked} == {"v3ry-s3cret-value"}
    assert "v3ry-s3cret" not in str(ran.stdout) + str(ran.stderr) + here.read("report.xml")


def test_a_state_that_no_hook_knows_is_an_error(
    pytester: pytest.Pytester, here: Workplace, healthy: tuple[Partner, Partner]
) -> None:
    here.edit(JOURNEY, "\nsteps:\n", "\nsetup: [{step: there, state: an order is there}]\nsteps:\n")
    here.write("conftest.py", "def pytest_cxcontracts_state(config, state, params):\n    return None\n")
    ran = pytester.runpytest_subprocess("contracts", *options(*healthy))

    assert "errors" in ran.parseoutcomes()
    assert "nobody says where provider states are set up" in joined(ran)
    assert healthy[0].asked == []


def test_an_option_replaces_what_a_conftest_says(
    pytester: pytest.Pytester, here: Workplace, healthy: tuple[Partner, Partner]
) -> None:
    here.write("conftest.py", "def pytest_cxcontracts_urls(config):\n    return {'orders': 'http://127.0.0.1:1'}\n")
    ran = pytester.runpytest_subprocess(".", *options(*healthy))
    assert ran.ret == 0, joined(ran)


def test_a_candidate_and_a_running_partner_are_not_asked_for_together(
    pytester: pytest.Pytester, here: Workplace, healthy: tuple[Partner, Partner]
) -> None:
    ran = pytester.runpytest_subprocess("contracts", *options(*healthy), "--cx-candidate=courier=new.yaml")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["*ask for one of them*"])


def test_a_break_of_a_varied_value_is_a_failure_that_says_what_differs(pytester: pytest.Pytester, here: Workplace) -> None:
    def picky(connection: socket.socket, asked: Asked) -> None:
        usual = asked.target.endswith("20417733")
        connection.sendall(answer(ORDER | ({} if usual else {"state": None})))

    with running(picky) as orders, running(answer(PARCEL)) as courier:
        ran = pytester.runpytest_subprocess("contracts", *options(orders, courier)[:2], "--cx-budget=200")
    assert ran.parseoutcomes()["failed"] == 1
    assert "differs from your working call only in orderNumber" in joined(ran)
