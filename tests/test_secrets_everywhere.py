"""A partner that gives back our secret in every form it can: no byte that a run leaves behind has it, wherever it was put."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxcontracts.cli.options import FORMATS
from cxcontracts.exchanges import JSON, Request, Response
from cxcontracts.har import HAR_END, Recorded, har_entry, har_start
from cxcontracts.running.evidence import FOLDER_VARIABLE
from tests.partners_running import answer
from tests.test_every_format import meanings
from tests.test_running_secrets import forms
from tests.test_verify import ORDER, PARCEL, shop, urls
from tests.workplace import Workplace, workplace

CANARY = "CANARY-Zq4711+x/yZ9~tail"
"""A token as partners give them: what stands in a header as it is."""

AT = datetime(2027, 1, 15, 8, 30, tzinfo=UTC)

NAME = CANARY.replace("+", "-").replace("/", "_").replace("~", ".")
"""A second one, of characters that the name of a header may have."""


def echoes(secret: str) -> dict[str, str]:
    return forms(secret) | {
        "in another case": secret.swapcase(),
        "in capitals": secret.upper(),
        "in small letters": secret.lower(),
    }


def told_back(secret: str, body: JSON, status: int = 200) -> bytes:
    """An answer that has a secret in every form: as names and values of its body, and in its headers."""
    every = [*echoes(secret).values()]
    echoed = {text: [text, {"why": f"no {text}, please"}] for text in every}
    in_headers = {f"X-Echo-{number}": text for number, text in enumerate(every)}
    in_headers |= {f"X-{NAME}": "1", f"X-{NAME.swapcase()}": "1"} if secret == NAME else {}
    return answer(body | echoed | {"state": every[0], "escaped-again": json.dumps(every)}, status, **in_headers)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setenv("CX_CANARY", CANARY)
    monkeypatch.setenv("CX_NAME", NAME)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "outputs"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return workplace(tmp_path)


@pytest.mark.parametrize(
    "order",
    [
        told_back(CANARY, ORDER),
        told_back(CANARY, {"detail": CANARY}, 401),
        told_back(CANARY, {"detail": CANARY}, 500),
        answer(f"<html>{' '.join(echoes(CANARY).values())}</html>".encode(), Content_Type="text/html"),
        answer({}, 302, Location=f"/{CANARY}?again={CANARY}"),
        f"HTTP/1.1 200 {CANARY}\r\nContent-Length: {CANARY}\r\n\r\n".encode(),
        f"HTTP/9 {CANARY}\r\n\r\n".encode(),
    ],
    ids=["200", "401", "500", "a page", "a redirect", "a status line", "no HTTP"],
)
def test_no_byte_of_a_run_has_a_secret_in_any_form(here: Workplace, order: bytes) -> None:
    with shop(order, told_back(NAME, PARCEL)) as (orders, courier):
        for partner, running, secret in (("orders", orders, "CX_CANARY"), ("courier", courier, "CX_NAME")):
            address = "contract: openapi.yaml"
            login = f"auth: {{bearer: $env.{secret}}}"
            at = f"environments: {{sandbox: {{url: '{running.url}', {login}}}}}"
            here.edit(f"contracts/partners/{partner}/partner.yaml", address, f"{address}\n{at}")
        further = [word for form in (*FORMATS, "har") for word in ("--report", f"{form}=report.{form}")]
        ran = here.run("verify", "--env", "sandbox", "--verbose", "--record", "seen.har", *further)
        assert orders.asked[0].headers["authorization"] == f"Bearer {CANARY}"
    again = here.run("report", "--verbose", *(word for form in FORMATS for word in ("--report", f"{form}=again.{form}")))

    left = {str(path.relative_to(here.folder)): path for path in here.folder.rglob("*") if path.is_file()}
    written = {name: path.read_text(encoding="utf-8", errors="replace") for name, path in left.items()}
    written |= {"standard output": ran.output, "standard output again": again.output}
    assert {"report.har", "seen.har", "report.jsonl", "again.sarif", "outputs", "summary"} <= written.keys()
    assert [name for name in written if name.startswith("runs/")]
    assert {(name, form) for name, text in written.items() for form in remains(text)} == set()


OF_CUSTOMER = {"authorization": "t0ken-of-4711", "cookie": "c00kie-of-4711", "x-api-key": "k3y-of-4711"}


def test_no_byte_of_a_judged_recording_has_the_logins_of_its_customers(here: Workplace) -> None:
    wrong = {"parcelNumber": "SP123456789", "state": OF_CUSTOMER["cookie"], "depot": OF_CUSTOMER["authorization"]}
    headers = {"authorization": f"Bearer {OF_CUSTOMER['authorization']}", "x-api-key": OF_CUSTOMER["x-api-key"]}
    request = Request(
        "GET",
        "/parcels/SP123456789",
        (("access_token", "qu3ry-of-4711"),),
        {**headers, "cookie": f"sid={OF_CUSTOMER['cookie']}"},
        base="http://courier.example",
    )
    seen = Recorded(request, Response(200, {"set-cookie": "next=n3w-of-4711; Path=/"}, wrong), AT, 0.1)
    here.write("seen.har", (har_start("a proxy", "1") + har_entry(seen) + HAR_END).decode())
    assert all(f"{each}-of-4711" in here.read("seen.har") for each in ("t0ken", "c00kie", "k3y", "qu3ry", "n3w"))

    further = [word for form in FORMATS for word in ("--report", f"{form}=report.{form}")]
    ran = here.run("judge", "seen.har", "--url", "courier=http://courier.example", "--verbose", *further)

    assert (ran.exit_code, "BROKEN" in ran.stdout, "curl " in ran.stdout) == (1, True, True)
    written = {path.name: path.read_text(encoding="utf-8") for path in here.folder.glob("report.*")}
    assert len(written) == len(FORMATS)
    assert {name for name, text in {**written, "standard output": ran.output}.items() if "of-4711" in text} == set()


def test_no_byte_of_a_run_has_the_cookies_that_partners_hand_out(here: Workplace) -> None:
    with shop(
        answer(ORDER, Set_Cookie="sid=c00kie-of-4711; Path=/"),
        answer(PARCEL | {"expectedOn": None}, Set_Cookie="id=c00kie-of-4711"),
    ) as shops:
        further = [word for form in (*FORMATS, "har") for word in ("--report", f"{form}=report.{form}")]
        ran = here.run("verify", *urls(*shops), "--no-fuzz", "--verbose", "--record", "seen.har", *further)

    left = {str(path.relative_to(here.folder)): path for path in here.folder.rglob("*") if path.is_file()}
    written = {name: path.read_text(encoding="utf-8") for name, path in left.items()} | {"standard output": ran.output}
    assert ran.exit_code == 1
    assert "sid=$hidden; Path=/" in written["seen.har"]
    assert {name for name, text in written.items() if "of-4711" in text} == set()


def remains(text: str) -> list[str]:
    """Return in which forms somebody finds either secret, though he undoes every escape."""
    known = [(name, form) for secret in (CANARY, NAME) for name, form in echoes(secret).items()]
    written = [name for name, form in known if form in text]
    undone = [each.lower() for each in meanings(text)]
    return written + ["in other words" for secret in (CANARY, NAME) if any(secret.lower() in each for each in undone)]
