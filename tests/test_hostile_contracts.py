"""Contracts made to hurt, where a journey looks: a typed error with file and line or a verdict, in 512 MB, and no network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.workplace import Workplace

FILES = {
    "estate.yaml": "format: 1\nestate: hostile\ncustomers: {everyone: {monthly: 5}}\n",
    "partners/p/partner.yaml": "partner: p\nname: P\nkind: partner\nowner: {team: t}\ncontract: openapi.yaml\n",
    "partners/p/openapi.yaml": """
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /a:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema: {type: object, required: [x], properties: {x: {type: string}, child: {type: object}}}
""",
    "journeys/j.yaml": """
journey: j
goal: g
owner: o@example.com
customers: [everyone]
steps:
  - {step: s, customer: c, call: p GET /a, needs: {x: text, child.child.child.x: text}}
""",
}
BOUNDED = """
import json, resource, socket, sys
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
tried = []
def refuse(self, address):
    tried.append(str(address))
    raise OSError("no network")
socket.socket.connect = refuse
from pathlib import Path
from cxcontracts.errors import UnsoundError
from cxcontracts.opening import open_estate
try:
    said = [str(open_estate(Path(sys.argv[1]), {"p": Path(sys.argv[2])}).impact().verdict)]
except UnsoundError as error:
    said = [str(problem) for problem in error.problems]
print(json.dumps({"said": said, "tried": tried}))
"""
VERDICTS = {"intact", "broken", "unproven", "tolerated"}


def names() -> list[str]:
    folder = REPOSITORY / "../shared/data/hostile/own/openapi"
    return sorted(path.name for path in folder.glob("*")) if folder.is_dir() else ["every hostile document"]


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def judged(estate: Path, candidate: Path) -> dict[str, list[str]]:
    command = [sys.executable, "-c", BOUNDED, str(estate), str(candidate)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=REPOSITORY)
    said: dict[str, list[str]] = json.loads(found.stdout)
    return said


@pytest.mark.parametrize("name", names())
def test_a_hostile_contract_ends_in_a_place_or_a_verdict(name: str, corpus: Path, estate: Path) -> None:
    outcome = judged(estate, corpus / "hostile/own/openapi" / name)

    assert outcome["tried"] == []
    assert outcome["said"]
    for said in outcome["said"]:
        assert said in VERDICTS or f"{name}:" in said, said


@pytest.mark.parametrize(
    "reference", ["file:///etc/hostname", "/etc/hostname", "../../../../etc/hostname", "http://127.0.0.1:9/x"]
)
def test_a_reference_out_of_the_folder_is_refused_with_its_line(reference: str, estate: Path) -> None:
    text = FILES["partners/p/openapi.yaml"].replace(
        "{type: object, required", f"{{$ref: '{reference}'}} # {{type: object, required"
    )
    (estate / "new.yaml").write_text(text)

    outcome = judged(estate, estate / "new.yaml")

    assert len(outcome["said"]) == 1
    assert f"{estate}/new.yaml:12:30: the reference {reference!r}" in outcome["said"][0]


def test_schemas_that_double_at_every_level_stay_small(estate: Path) -> None:
    levels = "".join(
        f"    S{level}: {{allOf: [{{allOf: [{{$ref: '#/components/schemas/S{level + 1}'}}], title: a}}, "
        f"{{allOf: [{{$ref: '#/components/schemas/S{level + 1}'}}], title: b}}]}}\n"
        for level in range(30)
    )
    contract = FILES["partners/p/openapi.yaml"].partition("schema:")[0] + "schema: {$ref: '#/components/schemas/S0'}\n"
    (estate / "new.yaml").write_text(f"{contract}components:\n  schemas:\n{levels}    S30: {{type: object}}\n")

    assert judged(estate, estate / "new.yaml")["said"] == ["unproven"]


def chained(length: int, last: str) -> str:
    """Return a contract whose answer refers to the last of many schemas, each by way of the next."""
    links = "".join(f"    S{n}: {{$ref: '#/components/schemas/S{n + 1}'}}\n" for n in range(length))
    contract = FILES["partners/p/openapi.yaml"].partition("schema:")[0] + "schema: {$ref: '#/components/schemas/S0'}\n"
    return f"{contract}components:\n  schemas:\n{links}    S{length}: {last}\n"


@pytest.mark.parametrize("length", [200, 3000])
def test_a_reference_through_thousands_of_others_is_undecided_and_never_intact(length: int, estate: Path) -> None:
    (estate / "old.yaml").write_text(chained(length, "{type: object, required: [x], properties: {x: {type: string}}}"))
    (estate / "new.yaml").write_text(chained(length, "{type: object, properties: {x: {type: integer}}}"))

    assert judged(estate, estate / "new.yaml")["said"] == ["unproven"]
    words = ("diff", str(estate / "old.yaml"), str(estate / "new.yaml"), "--strict")
    assert Workplace(estate).run(*words).exit_code == 3
    assert Workplace(estate).run(*words[:2], words[1], "--strict").exit_code == 0
