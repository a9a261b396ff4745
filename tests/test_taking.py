"""``partner add`` and ``partner refresh``: contracts taken in, pinned in estate.lock, and judged before they count."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.estates_made import answers
from tests.test_event import data, three
from tests.test_sources_web import Host, document, onwards, serving
from tests.workplace import JOURNEY, Workplace, workplace

PARTNER = "contracts/partners/depot/partner.yaml"
LOCK = "contracts/estate.lock"
PARTS = """openapi: 3.1.0
info: {title: Depot, version: 1.0.0}
paths:
  /bays: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: 'parts/bay.yaml#/Bay'}}}}}}}
"""
BAY = "Bay: {type: object, required: [number], properties: {number: {type: string}}}\n"


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    found = workplace(tmp_path)
    found.write("depot/openapi.yaml", PARTS)
    found.write("depot/parts/bay.yaml", BAY)
    return found


def test_a_contract_is_taken_in_with_all_that_it_refers_to_and_the_estate_stays_sound(here: Workplace) -> None:
    ran = here.run("partner", "add", "depot", "depot/openapi.yaml", "--kind", "vendor")

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"{PARTNER}: Depot 1.0.0 is taken in, with 1 operations and events in 2 files.")
    assert here.read("contracts/partners/depot/parts/bay.yaml") == BAY
    assert "kind: vendor" in here.read(PARTNER)
    assert '      source: "../depot/openapi.yaml"' in here.read(LOCK)
    checked = here.run("check")
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_a_newer_version_is_judged_and_nothing_is_written_until_it_is_accepted(here: Workplace) -> None:
    here.run("partner", "add", "depot", "depot/openapi.yaml")
    need(here, "number: text")
    lock = here.read(LOCK)
    here.edit("depot/parts/bay.yaml", "required: [number], ", "")

    judged = here.run("partner", "refresh")
    assert judged.exit_code == 1
    assert "BROKEN  depot 1.0.0 (changed, same version) would break 1 experience" in judged.stdout
    assert "Not accepted" in judged.stdout
    assert (here.read(LOCK), here.read("contracts/partners/depot/parts/bay.yaml")) == (lock, BAY)

    hasty = here.run("partner", "refresh", "depot", "--accept", "--who", "Ada")
    assert (hasty.exit_code, "say why it is accepted all the same" in hasty.stderr) == (2, True)
    assert here.read(LOCK) == lock

    accepted = here.run("partner", "refresh", "depot", "--accept", "--who", "Ada", "--why", "the app is ready")
    assert accepted.exit_code == 0
    assert here.read("contracts/partners/depot/parts/bay.yaml") == BAY.replace("required: [number], ", "")
    assert ('who: "Ada"' in here.read(LOCK), 'why: "the app is ready"' in here.read(LOCK)) == (True, True)
    assert here.run("partner", "refresh").stdout.startswith("depot: openapi.yaml is as ../depot/openapi.yaml has it")


def test_a_file_that_a_newer_version_no_longer_has_goes_and_others_stay(here: Workplace) -> None:
    here.run("partner", "add", "depot", "depot/openapi.yaml")
    here.write("contracts/partners/depot/notes.txt", "ours")
    here.write("depot/openapi.yaml", answers("{number: {type: string}}", "[number]"))

    assert here.run("partner", "refresh", "--accept", "--who", "Ada").exit_code == 0

    assert not (here.folder / "contracts/partners/depot/parts").exists()
    assert here.read("contracts/partners/depot/notes.txt") == "ours"


def test_a_file_that_was_edited_since_is_told_by_check(here: Workplace) -> None:
    here.run("partner", "add", "depot", "depot/openapi.yaml")
    here.edit("contracts/partners/depot/parts/bay.yaml", "string", "integer")

    ran = here.run("check")

    assert ran.exit_code == 0
    assert "'partners/depot/parts/bay.yaml' is not as it was taken in" in ran.stderr


def test_an_asyncapi_document_becomes_the_events_of_a_partner_that_has_a_contract(here: Workplace) -> None:
    here.write("events.yaml", three(data()))

    assert here.run("partner", "add", "courier", "events.yaml").exit_code == 0

    assert here.read("contracts/partners/courier/partner.yaml").endswith("\nevents: events.yaml\n")
    assert here.run("check").exit_code == 0
    again = here.run("partner", "add", "courier", "events.yaml")
    assert (again.exit_code, "has its events already" in again.stderr) == (2, True)


def test_a_commit_and_a_packed_file_are_sources_too(here: Workplace) -> None:
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=here.folder, check=True)
    (here.folder / "packed.json.gz").write_bytes(gzip.compress(orjson.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}})))

    assert here.run("partner", "add", "one", "HEAD:depot/openapi.yaml").exit_code == 0
    assert here.run("partner", "add", "two", "packed.json.gz").exit_code == 0

    assert here.read("contracts/partners/one/parts/bay.yaml") == BAY
    assert here.read("contracts/partners/two/packed.json").startswith("{")
    assert here.run("partner", "refresh").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["add", "courier", "depot/openapi.yaml"],
            "partner 'courier' has its contract already; cxcontracts partner refresh courier",
        ),
        (["add", "../x", "depot/openapi.yaml"], "'../x' is no name of a partner"),
        (["add", "depot", "depot/openapi.yml"], "there is no file 'depot/openapi.yml'; did you mean"),
        (["add", "depot", "https://depot.example/openapi.yaml"], "is fetched with --allow-network only"),
        (["add", "depot", "depot/parts/bay.yaml"], "this is no OpenAPI document"),
        (["add", "depot", "contracts"], "is a folder of"),
        (["refresh"], "estate.lock pins no contract; cxcontracts partner add NAME SOURCE takes one in"),
    ],
)
def test_a_mistake_writes_nothing_and_says_what_to_do(words: list[str], message: str, here: Workplace) -> None:
    ran = here.run("partner", *words)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert not (here.folder / LOCK).exists()
    assert not (here.folder / "contracts/partners/depot").exists()


def test_a_partner_that_is_not_pinned_is_told_with_the_nearest(here: Workplace) -> None:
    here.run("partner", "add", "depot", "depot/openapi.yaml")

    assert "did you mean 'depot'?" in here.run("partner", "refresh", "depo").stderr


def test_a_file_of_the_same_name_that_nobody_took_in_is_left_alone(here: Workplace) -> None:
    here.write("contracts/partners/depot/openapi.yaml", "ours")

    ran = here.run("partner", "add", "depot", "depot/openapi.yaml")

    assert (ran.exit_code, "is there already, and was not taken in; move it out of the way" in ran.stderr) == (2, True)
    assert here.read("contracts/partners/depot/openapi.yaml") == "ours"


@pytest.mark.parametrize("name", ["../../x.yaml", "/etc/passwd", "a\\b.yaml"])
def test_a_lock_leads_nowhere_out_of_the_estate(name: str, here: Workplace) -> None:
    pin = {"source": "x", "file": name, "taken": "2026-01-01", "files": {name: f"sha256:{'a' * 64}"}}
    here.write(LOCK, orjson.dumps({"format": 1, "contracts": {"courier": {"contract": pin}}}).decode())

    for words in (["check"], ["partner", "refresh"]):
        ran = here.run(*words)
        assert ran.exit_code == 2
        assert "leads out of the partner's folder" in ran.stderr


def test_an_address_with_a_login_is_not_kept(here: Workplace) -> None:
    ran = here.run("partner", "add", "depot", "http://me:secret@127.0.0.1:9/openapi.yaml", "--allow-network")

    assert ran.exit_code == 2
    assert "secret" not in ran.stderr
    assert not (here.folder / LOCK).exists()


def test_a_contract_of_the_web_is_pinned_and_a_newer_one_is_judged_before_it_counts(here: Workplace) -> None:
    whole = PARTS.replace("$ref: 'parts/bay.yaml#/Bay'", "type: object, required: [number], properties: {number: {type: string}}")
    with serving(Host({"/openapi.yaml": document(whole.encode())})) as host:
        url = f"{host.url}/openapi.yaml"
        unasked = here.run("partner", "add", "depot", url)
        assert (unasked.exit_code, host.asked) == (2, [])

        assert here.run("partner", "add", "depot", url, "--allow-network").exit_code == 0
        assert f'source: "{url}"' in here.read(LOCK)
        need(here, "number: text")
        assert here.run("check").exit_code == 0

        host.answers["/openapi.yaml"] = document(whole.replace("required: [number], ", "").encode())
        judged = here.run("partner", "refresh", "depot", "--allow-network")
        assert (judged.exit_code, "would break 1 experience" in judged.stdout) == (1, True)
        assert here.read("contracts/partners/depot/openapi.yaml") == whole

        host.answers["/openapi.yaml"] = onwards("http://127.0.0.2:9/openapi.yaml")
        elsewhere = here.run("partner", "refresh", "depot", "--allow-network")
        assert (elsewhere.exit_code, "redirects to another host" in elsewhere.stderr) == (2, True)


def need(here: Workplace, field: str) -> None:
    """Let the journey need something of the depot, so that it is covered."""
    here.edit(PARTNER, here.read(PARTNER).splitlines()[3] + "\n", "")
    step = "  - step: bay\n    customer: I see where it is\n    call: depot GET /bays\n    needs: {FIELD}\n".replace(
        "FIELD", field
    )
    here.write(JOURNEY, here.read(JOURNEY) + step)
