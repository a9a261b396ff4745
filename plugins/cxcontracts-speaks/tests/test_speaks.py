from __future__ import annotations

import sysconfig
from pathlib import Path

import cxcontracts_speaks
import pytest

from cxcontracts.errors import EstateError
from cxcontracts.findings import Verdict
from cxcontracts.opening import open_estate
from cxcontracts.plugins import kinds

ESTATE = "format: 1\nestate: bilingual\ncustomers: {commuter: {monthly: 126000}}\n"
PARTNER = "partner: ticketing\nname: Ticketing\nkind: partner\nowner: {team: Tickets}\ncontract: openapi.yaml\n"
JOURNEY = """
journey: rebook
goal: I find my booking
owner: cx@example.com
customers: [commuter]
steps:
  - step: find-booking
    customer: I open my booking in the app
    call: ticketing GET /booking
    speaks: [de, fr]
"""
CONTRACT = """
openapi: 3.1.0
info: {title: Ticketing, version: "1"}
paths:
  /booking:
    get:
      parameters:
        - {name: Accept-Language, in: header, schema: {enum: [de, en, fr]}}
      responses:
        "200":
          description: the booking
          headers: {Content-Language: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {type: object}}}
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    files = {
        "estate.yaml": ESTATE,
        "partners/ticketing/partner.yaml": PARTNER,
        "partners/ticketing/openapi.yaml": CONTRACT,
        "journeys/rebook.yaml": JOURNEY,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def verdicts(estate: Path, contract: str) -> dict[str, Verdict]:
    """The verdict of each requirement of the kind, under a candidate."""
    candidate = estate / "partners" / "ticketing" / "next.yaml"
    candidate.write_text(contract, encoding="utf-8")
    run = open_estate(estate, {"ticketing": candidate}).impact()
    return {finding.id: finding.verdict for finding in run.findings if finding.kind == "speaks"}


def test_the_kind_comes_from_an_installed_wheel_by_its_entry_point() -> None:
    assert Path(cxcontracts_speaks.__file__).parent == Path(sysconfig.get_path("purelib"))
    assert [kind.name for kind in kinds()][-1] == "speaks"


def test_each_language_is_intact_where_the_contract_stays(estate: Path) -> None:
    assert verdicts(estate, CONTRACT) == {
        "rebook/find-booking/speaks:de": Verdict.INTACT,
        "rebook/find-booking/speaks:fr": Verdict.INTACT,
    }


def test_a_language_that_is_no_longer_taken_breaks_for_those_who_read_it(estate: Path) -> None:
    assert verdicts(estate, CONTRACT.replace("[de, en, fr]", "[de, en]")) == {
        "rebook/find-booking/speaks:de": Verdict.INTACT,
        "rebook/find-booking/speaks:fr": Verdict.BROKEN,
    }


def test_an_answer_that_no_longer_names_its_language_breaks_for_all(estate: Path) -> None:
    assert verdicts(estate, CONTRACT.replace("required: true, ", "")) == {
        "rebook/find-booking/speaks:de": Verdict.BROKEN,
        "rebook/find-booking/speaks:fr": Verdict.BROKEN,
    }


def test_a_break_has_a_witness_in_the_language_asked_for(estate: Path) -> None:
    candidate = estate / "partners" / "ticketing" / "next.yaml"
    candidate.write_text(CONTRACT.replace("[de, en, fr]", "[de, en]"), encoding="utf-8")
    broken = [f for f in open_estate(estate, {"ticketing": candidate}).impact().findings if f.verdict is Verdict.BROKEN]
    assert [finding.witness.request.headers["accept-language"] for finding in broken if finding.witness] == ["fr"]


def test_what_is_no_language_is_an_error_with_its_line(estate: Path) -> None:
    journey = estate / "journeys" / "rebook.yaml"
    journey.write_text(JOURNEY.replace("[de, fr]", "[de, 'not a tag']"), encoding="utf-8")
    with pytest.raises(EstateError, match=r"journeys/rebook\.yaml:10:"):
        open_estate(estate)
