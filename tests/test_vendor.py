"""A vendor's own machine: no estate, a pack, a server in Node, and a result that goes back."""

from __future__ import annotations

import datetime
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cxcontracts.packs.envelopes import signer_of
from cxcontracts.packs.pack import read_pack
from cxcontracts.packs.results import KIND, read_result
from tests.packs_made import KEY, OTHER_KEY, payload_of, signed_anew
from tests.partners.running import CREDENTIALS, ESTATE, Partner, running
from tests.workplace import COMMAND

TODAY = datetime.date.today()


@dataclass(frozen=True)
class Vendor:
    """The vendor's folder, in which there is a pack and nothing else of ours."""

    folder: Path
    guests: Partner
    environment: Mapping[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the program as the vendor does."""
        return subprocess.run(
            [*COMMAND, *words], cwd=self.folder, env=dict(self.environment), capture_output=True, encoding="utf-8", check=False
        )

    def verify(self, *words: str, behaviour: str = "") -> subprocess.CompletedProcess[str]:
        """Verify the vendor's release, which behaves in some way."""
        self.guests.switch(behaviour)
        where = ["--url", self.guests.url, "--states", f"{self.guests.root}/_pact/state", "--examples", "examples.yaml"]
        return self.run("verify", "--pack", "guests.cxpack", *where, *words)

    def json(self, file: str) -> object:
        """Return what a file of the folder says."""
        return json.loads((self.folder / file).read_bytes())


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendor]:
    folder = tmp_path_factory.mktemp("vendor")
    rest = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
    environment = {**rest, "CXPACK_TOKEN": CREDENTIALS["GUESTS_TOKEN"], "XDG_CONFIG_HOME": str(folder / "own")}
    with running() as partners:
        found = Vendor(folder, partners["guests"], environment)
        assert found.run("key", "new").returncode == 0
        home = shutil.copytree(ESTATE, tmp_path_factory.mktemp("home") / "contracts")
        (home / "waivers.yaml").write_text(
            f"- {{id: my-account/look/needs:tier, who: Ada, why: known since May, until: {TODAY.year + 1}-12-31}}\n"
        )
        made = found.run("--estate", str(home), "pack", "guests")
        assert made.returncode == 0, made.stderr
        assert "cxcontracts verify --pack guests.cxpack --url http://localhost:8080/loyalty" in made.stdout
        (folder / "examples.yaml").write_text(
            "booking: [HRB7QX2MA, HRB4TT9KP]\nmember: [M100001, M100002]\ntotal: [{amount: 42000, currency: GBP}]\n"
        )
        yield found


@pytest.fixture(scope="module")
def sent(vendor: Vendor) -> Path:
    """A result of a release that breaks something."""
    ran = vendor.verify("--export", "result.cxresult", behaviour="points-of-gold-as-text")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return vendor.folder / "result.cxresult"


def test_a_release_that_keeps_everything_is_intact(vendor: Vendor) -> None:
    ran = vendor.verify("--no-fuzz", "--export", "intact.cxresult")
    assert (ran.returncode, ran.stdout.split()[0]) == (0, "INTACT"), ran.stdout + ran.stderr
    assert vendor.run("report", "intact.cxresult", "--pack", "guests.cxpack").returncode == 0
    assert vendor.run("report", "intact.cxresult", "--pack", "guests.cxpack", "--strict").returncode == 3
    assert "rooms" not in ran.stdout.lower().replace("+rooms@", "")


def test_what_breaks_is_named_with_its_place_in_the_pack(vendor: Vendor) -> None:
    ran = vendor.verify("--no-fuzz", behaviour="points-of-gold-as-text")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    words = " ".join(ran.stdout.split())
    assert "my-account/look/needs:points" in words
    assert "needed by journeys/my-account.yaml:" in words
    assert "${CXPACK_TOKEN}" in words
    assert CREDENTIALS["GUESTS_TOKEN"] not in ran.stdout + ran.stderr


def test_its_page_says_how_to_send_it_again_and_names_no_command_that_needs_an_estate(vendor: Vendor) -> None:
    ran = vendor.verify("--no-fuzz", "--report", "html=broken.html", behaviour="points-of-gold-as-text")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    page = (vendor.folder / "broken.html").read_text()
    assert "Send it again" in page
    assert "--replay" not in page


def test_its_maker_sees_the_result_as_if_the_run_had_been_his(vendor: Vendor, sent: Path) -> None:
    shown = vendor.run("report", sent.name, "--pack", "guests.cxpack")
    assert (shown.returncode, shown.stdout.split()[0]) == (1, "BROKEN")
    assert "my-account/look/needs:points" in " ".join(shown.stdout.split())
    assert "nobody said whose key that is" in shown.stderr
    own = vendor.run("key", "show").stdout.strip()
    assert vendor.run("report", sent.name, "--pack", "guests.cxpack", "--signed-by", own).returncode == 1
    other = vendor.run("report", sent.name, "--pack", "guests.cxpack", "--signed-by", signer_of(OTHER_KEY))
    assert (other.returncode, other.stdout) == (2, "")


def test_a_break_that_a_waiver_expects_and_that_does_not_happen_is_said(vendor: Vendor, sent: Path) -> None:
    shown = vendor.run("report", sent.name, "--pack", "guests.cxpack")
    assert "my-account/look/needs:tier did not break, though a waiver expects it (known since May)" in shown.stderr


def test_the_result_has_no_bodies_unless_they_are_asked_for(vendor: Vendor, sent: Path) -> None:
    findings = payload_of(sent)["report"]["findings"]
    assert any("witness" in finding for finding in findings)
    parts = [finding["witness"][part] for finding in findings if "witness" in finding for part in ("request", "response")]
    assert not any(part.keys() & {"body", "headers", "query", "base"} for part in parts)
    assert "48,200" not in json.dumps(findings)
    assert not any("M100002" in part.get("path", "") for part in parts)
    assert not any("curl" in finding for finding in findings)
    vendor.verify("--no-fuzz", "--export", "bodies.cxresult", "--bodies", behaviour="points-of-gold-as-text")
    with_bodies = payload_of(vendor.folder / "bodies.cxresult")["report"]["findings"]
    assert any("body" in finding["witness"]["response"] for finding in with_bodies if "witness" in finding)
    for name in ("result.cxresult", "bodies.cxresult"):
        assert CREDENTIALS["GUESTS_TOKEN"] not in json.dumps(payload_of(vendor.folder / name))


@pytest.mark.parametrize("part", [["-k", "points"], ["--journey", "book-stay"], ["--dry-run"]])
def test_a_part_of_a_run_is_never_sent_back_as_the_whole(vendor: Vendor, part: list[str]) -> None:
    ran = vendor.verify("--export", "part.cxresult", *part)
    assert (ran.returncode, part[0] in ran.stderr) == (2, True)
    assert not (vendor.folder / "part.cxresult").exists()


def test_a_misspelt_given_offers_the_nearest(vendor: Vendor) -> None:
    ran = vendor.verify("--given", "memberID=M100001")
    assert (ran.returncode, "did you mean 'memberId'" in ran.stderr) == (2, True)


@pytest.mark.parametrize("form", ["json", "junit"])
def test_a_result_is_rendered_in_every_format(vendor: Vendor, sent: Path, form: str) -> None:
    shown = vendor.run("report", sent.name, "--pack", "guests.cxpack", "--format", form)
    assert shown.returncode == 1
    if form == "json":
        assert json.loads(shown.stdout) == payload_of(sent)["report"]
    else:
        assert "my-account/look/needs:points" in shown.stdout


def test_a_result_with_one_byte_changed_is_refused(vendor: Vendor, sent: Path) -> None:
    data = bytearray(sent.read_bytes())
    at = data.index(b'"payload"') + 400
    data[at] = ord("A") if data[at] != ord("A") else ord("B")
    (vendor.folder / "changed.cxresult").write_bytes(data)
    shown = vendor.run("report", "changed.cxresult", "--pack", "guests.cxpack")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "changed" in shown.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "of format '2'"),
        ({"pack": "sha256:0"}, "of another pack"),
        ({"made": "2020-01-01T00:00:00Z"}, "too long ago"),
        ({"made": "2999-01-01T00:00:00Z"}, "yet to come"),
        ({"made": "yesterday"}, "when it was made"),
        ({"report": []}, "no report"),
        ({"report": {"version": 1}}, "its report is none"),
        ({"code": "0"}, "no report"),
        ({"more": 1}, "other keys"),
    ],
)
def test_a_rightly_signed_result_with_something_odd_is_refused(
    vendor: Vendor, sent: Path, change: dict[str, object], words: str
) -> None:
    odd = signed_anew(vendor.folder / "odd.cxresult", {**payload_of(sent), **change}, KEY, KIND)
    shown = vendor.run("report", odd.name, "--pack", "guests.cxpack")
    assert (shown.returncode, words in shown.stderr) == (2, True), shown.stderr


def test_a_result_that_tells_of_other_partners_is_refused(vendor: Vendor, sent: Path) -> None:
    payload = payload_of(sent)
    payload["report"]["partner"] = "till"
    odd = signed_anew(vendor.folder / "odd.cxresult", payload, KEY, KIND)
    assert "of others than guests" in vendor.run("report", odd.name, "--pack", "guests.cxpack").stderr


def test_a_result_comes_back_as_the_run_that_it_was(vendor: Vendor, sent: Path) -> None:
    pack = read_pack(vendor.folder / "guests.cxpack", TODAY)
    found = read_result(sent, pack, datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1))
    assert (found.code, found.run.command, found.run.environment) == (1, "verify", "release")
    assert found.run.complete
    assert found.run.gates


def test_a_contract_alone_can_be_judged_and_exported(vendor: Vendor) -> None:
    document = ESTATE / "partners/guests/openapi.json"
    worse = json.loads(document.read_bytes())
    worse["info"]["version"] = "next"
    del worse["paths"][next(iter(worse["paths"]))]
    (vendor.folder / "next.json").write_text(json.dumps(worse))
    ran = vendor.run("impact", "--pack", "guests.cxpack", "-c", "next.json", "--export", "impact.cxresult")
    assert ran.returncode == 1, ran.stderr
    assert vendor.run("report", "impact.cxresult", "--pack", "guests.cxpack").stdout == ran.stdout


def test_a_result_that_cannot_be_written_whole_is_left_as_it_was(vendor: Vendor) -> None:
    (vendor.folder / "kept.cxresult").write_text("the old one")
    shutil.copyfile(ESTATE / "partners/guests/openapi.json", vendor.folder / "same.json")
    words = ["impact", "--pack", "guests.cxpack", "-c", "same.json", "--export", "kept.cxresult"]
    assert vendor.run(*words[:-1], "whole.cxresult").returncode == 0
    room = (vendor.folder / "whole.cxresult").stat().st_size - 10
    ran = subprocess.run(
        [*COMMAND, *words],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        cwd=vendor.folder,
        env={**vendor.environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ran.returncode, "File too large" in ran.stderr) == (5, True), ran.stderr
    assert (vendor.folder / "kept.cxresult").read_text() == "the old one"


# --- pytest -------------------------------------------------------------------------------------------------------------------


def _pytest(vendor: Vendor, *words: str) -> subprocess.CompletedProcess[str]:
    where = ["--cx-pack", "guests.cxpack", "--cx-url", vendor.guests.url, "--cx-examples", "examples.yaml", "--cx-no-fuzz"]
    line = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:randomly", *where, *words]
    states = ["--cx-states", f"{vendor.guests.root}/_pact/state"]
    return subprocess.run(
        [*line, *states], cwd=vendor.folder, env=dict(vendor.environment), capture_output=True, encoding="utf-8", check=False
    )


def test_the_vendors_own_suite_has_a_test_for_each_need(vendor: Vendor) -> None:
    (vendor.folder / "test_own.py").write_text("def test_own(): pass\n")
    vendor.guests.switch("points-of-gold-as-text")
    ran = _pytest(vendor, "-q", "-rA")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "PASSED test_own.py::test_own" in ran.stdout
    assert "FAILED guests.cxpack::journeys/my-account.yaml::look::needs:points" in ran.stdout
    assert "elsewhere" not in ran.stdout.partition("short test summary")[2]
    again = _pytest(vendor, "-q", "--lf")
    assert again.returncode == 1
    assert "passed" not in again.stdout.splitlines()[-1]


def test_one_need_can_be_asked_for_by_its_name(vendor: Vendor) -> None:
    vendor.guests.switch()
    ran = _pytest(vendor, "-q", "guests.cxpack::journeys/my-account.yaml::look::needs:points")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout


def test_a_pack_that_is_refused_ends_the_test_run_before_it_begins(vendor: Vendor) -> None:
    (vendor.folder / "broken.cxpack").write_bytes((vendor.folder / "guests.cxpack").read_bytes()[:-50])
    line = [sys.executable, "-m", "pytest", "--cx-pack", "broken.cxpack"]
    ran = subprocess.run(line, cwd=vendor.folder, capture_output=True, encoding="utf-8", check=False)
    assert (ran.returncode, "no signed pack" in ran.stderr) == (4, True)
