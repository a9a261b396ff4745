"""A pack comes from somebody else: whatever is odd about it refuses the whole, with the reason; nothing is written or run."""

from __future__ import annotations

import base64
import datetime
import json
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.errors import EnvelopeError, UsageError
from cxcontracts.packs.envelopes import sealed, signer_of
from cxcontracts.packs.keys import new_key, read_key
from cxcontracts.packs.pack import KIND, read_pack
from cxcontracts.packs.unpacking import unpacked
from tests.packs_made import KEY, OTHER_KEY, REFERENCE, TODAY, pack_file, payload_of, signed_anew
from tests.workplace import Workplace


@pytest.fixture(scope="module")
def rail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack_file(tmp_path_factory.mktemp("rail"), REFERENCE / "rail", "operator")


def _refusal(file: Path, **asked: Any) -> str:
    with pytest.raises(EnvelopeError) as raised:
        read_pack(file, asked.pop("today", TODAY), **asked)
    (problem,) = raised.value.problems
    assert problem.remedy
    return problem.what


def test_a_pack_as_it_was_made_is_read_and_is_an_estate_for_as_long_as_one_looks(rail: Path) -> None:
    pack = read_pack(rail, TODAY, signer_of(KEY))
    assert (pack.partner, pack.estate, pack.calls) == ("operator", "rail-retail", ("POST /assistance-notices",))
    with unpacked(pack) as folder:
        assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == set(pack.files)
    assert not folder.exists()


def test_no_byte_can_be_changed(rail: Path, tmp_path: Path) -> None:
    data, chance = bytearray(rail.read_bytes()), random.Random(7)
    file = tmp_path / "changed.cxpack"
    for _ in range(200):
        at = chance.randrange(len(data))
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(7)
        file.write_bytes(changed)
        if json_or_none(changed) != json_or_none(data):
            _refusal(file)


def json_or_none(data: bytes | bytearray) -> object:
    """Return what bytes say as JSON: blanks between two tokens say nothing."""
    try:
        return json.loads(data)
    except ValueError:
        return None


def test_a_pack_that_is_cut_off_is_refused(rail: Path, tmp_path: Path) -> None:
    file = tmp_path / "cut.cxpack"
    for length in (0, 1, 100, rail.stat().st_size - 2):
        file.write_bytes(rail.read_bytes()[:length])
        assert "signed pack" in _refusal(file)


def test_whoever_insists_on_a_key_gets_that_key_or_nothing(rail: Path) -> None:
    assert "not by" in _refusal(rail, signed_by=signer_of(OTHER_KEY))


@pytest.mark.parametrize("key", ["ed25519:0000", "ed25519:" + "g" * 64, "mine"])
def test_what_is_no_key_cannot_be_insisted_on(key: str, rail: Path) -> None:
    with pytest.raises(UsageError, match="cxcontracts key show"):
        read_pack(rail, TODAY, key)


def test_a_signature_of_another_key_than_it_names_is_refused(rail: Path, tmp_path: Path) -> None:
    payload = {**payload_of(rail), "signer": signer_of(OTHER_KEY)}
    envelope = json.loads(sealed({}, KIND, KEY))
    envelope["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    file = tmp_path / "swapped.cxpack"
    file.write_text(json.dumps(envelope))
    assert "changed after it was signed" in _refusal(file)


def test_it_can_be_used_until_its_last_day_and_not_longer(rail: Path) -> None:
    last = TODAY + datetime.timedelta(days=90)
    assert read_pack(rail, last).expires == last
    assert "expired on 2027-04-15" in _refusal(rail, today=last + datetime.timedelta(days=1))
    assert "yet to come" in _refusal(rail, today=TODAY - datetime.timedelta(days=3))


def _file(path: str, text: Any) -> Callable[[dict[str, Any]], None]:
    return lambda payload: payload["files"].update({path: text})


def _partner(more: str) -> Callable[[dict[str, Any]], None]:
    path = "partners/operator/partner.yaml"
    return lambda payload: payload["files"].update({path: payload["files"][path] + more})


def _key(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda payload: payload.update({key: value})


_BOMB = "a0: &a0 [$x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))

ODD: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("newer-format", _key("format", 2), "of format '2'"),
    ("no-format", lambda payload: payload.pop("format"), "of format"),
    ("further-key", _key("run", "rm -rf /"), "other keys"),
    ("missing-key", lambda payload: payload.pop("wants"), "other keys"),
    ("partner-path", _key("partner", "../up"), "partner is no name"),
    ("estate-list", _key("estate", ["a"]), "estate is no name"),
    ("day", _key("expires", "soon"), "expires is no day"),
    ("day-number", _key("made", 20270115), "made is no day"),
    ("hosts", lambda payload: payload["wants"].update(hosts=["evil.example"]), "other things than calls and variables"),
    ("variable", lambda payload: payload["wants"].update(variables=["AWS_SECRET_ACCESS_KEY"]), "'AWS_SECRET_ACCESS_KEY'"),
    ("variable-unsaid", lambda payload: payload["wants"].update(variables=[]), "other variables"),
    ("calls-text", lambda payload: payload["wants"].update(calls="POST /x"), "no lists of texts"),
    ("contract", _key("contract", {"version": 1, "digest": "x"}), "which contract"),
    ("no-files", _key("files", {}), "no files"),
    ("files-list", _key("files", ["estate.yaml"]), "no files"),
    ("traversal", _file("../../evil.yaml", "a: 1"), "'../../evil.yaml'"),
    ("traversal-inside", _file("partners/operator/../../../evil.yaml", "a: 1"), "a file"),
    ("dot", _file("partners/operator/./x.yaml", "a: 1"), "a file"),
    ("absolute", _file("/etc/cron.d/evil.yaml", "a: 1"), "a file"),
    ("drive", _file("C:\\evil.yaml", "a: 1"), "a file"),
    ("backslash", _file("partners\\operator\\x.yaml", "a: 1"), "a file"),
    ("device", _file("partners/operator/con.yaml", "a: 1"), "a file"),
    ("control", _file("journeys/a\x1b[2J.yaml", "a: 1"), "a file"),
    ("newline", _file("journeys/a.yaml\n", "a: 1"), "a file"),
    ("conftest", _file("conftest.py", "import os"), "'conftest.py'"),
    ("conftest-inside", _file("journeys/conftest.py", "import os"), "a file"),
    ("pytest-ini", _file("pytest.ini", "[pytest]"), "a file"),
    ("sitecustomize", _file("partners/operator/sitecustomize.py", "x"), "a file"),
    ("pth", _file("partners/operator/x.pth", "import os"), "a file"),
    ("case-collide", _file("journeys/Rail-disruption.yaml", "journey: x"), "one file on some machines"),
    ("no-text", _file("journeys/x.yaml", {"journey": "x"}), "is no text"),
    ("another-partner", _file("partners/till/partner.yaml", "partner: till"), "no estate of operator alone"),
    ("no-estate", lambda payload: payload["files"].pop("estate.yaml"), "no estate of operator alone"),
    ("too-many", lambda payload: payload["files"].update({f"journeys/j{n}.yaml": "" for n in range(2001)}), "at most 2,000"),
    ("too-large", _file("partners/operator/big.json", "x" * (51 * 1024 * 1024)), "larger than 50 MB"),
    ("environments", _partner("environments: {e: {url: https://evil.example}}\n"), "has environments"),
    ("limits", _partner("limits: {rate: 9999/s}\n"), "has limits"),
    ("hook", _partner("identities: {x: {hook: evil}}\n"), "wants hook"),
    ("oauth2", _partner("identities: {x: {oauth2: {token-url: https://evil.example}}}\n"), "wants oauth2"),
    ("env", _partner("identities: {x: {bearer: $env.HOME}}\n"), "'HOME'"),
    ("file", _partner("identities: {x: {bearer: $file./etc/passwd}}\n"), "the file"),
    ("file-in-journey", _file("journeys/x.yaml", "steps: [{with: {a: {$file: ../../etc/passwd}}}]"), "a file of this machine"),
    ("pacts-outside", _partner("pacts: ['../../../**/*.json']\n"), "not in the pack"),
    ("pacts-absolute", _partner("pacts: ['/etc/*.json']\n"), "not in the pack"),
    ("yaml-bomb", _file("journeys/x.yaml", _BOMB), "cannot be read"),
    ("yaml-broken", _partner("\t: ["), "cannot be read"),
]


@pytest.mark.parametrize(("change", "words"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_a_rightly_signed_pack_with_something_odd_is_refused(
    change: Callable[[dict[str, Any]], None], words: str, rail: Path, tmp_path: Path
) -> None:
    payload = payload_of(rail)
    change(payload)
    assert words in _refusal(signed_anew(tmp_path / "odd.cxpack", payload))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"payload": "e30=", "payloadType": "x", "signatures": []}',
        '{"payload": 7, "payloadType": "application/vnd.cxcontracts.pack+json", "signatures": [{"keyid": "a", "sig": "b"}]}',
        '{"payload": "?", "payloadType": "application/vnd.cxcontracts.pack+json", "signatures": [{"keyid": "a", "sig": "b"}]}',
        '{"payload": "e30=", "payloadType": "application/vnd.cxcontracts.pack+json", "signatures": [{"keyid": "a", "sig": "b"}]}',
        '{"payload": "W10=", "payloadType": "application/vnd.cxcontracts.pack+json", "signatures": [{"keyid": "a", "sig": "b"}]}',
        '{"payload": "e30=", "payload": "e30=", "payloadType": "x", "signatures": []}',
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_what_is_no_envelope_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "x.cxpack"
    file.write_text(text)
    _refusal(file)


def test_packs_that_others_made_to_hurt_are_refused_and_nothing_is_written_or_run(corpus: Path, tmp_path: Path) -> None:
    packs = sorted((corpus / "hostile/own/packs").iterdir())
    assert len(packs) > 10
    place = Workplace(tmp_path)
    (tmp_path / "next.yaml").write_text("openapi: 3.1.0")
    for pack in packs:
        for words in (["impact", "-c", "next.yaml"], ["verify", "--url", "http://localhost:1"]):
            ran = place.run(*words, "--pack", str(pack))
            assert ran.exit_code == 2, pack.name
        assert os.listdir(tmp_path) == ["next.yaml"]


# --- what a pack may do -------------------------------------------------------------------------------------------------------


def test_calls_that_change_something_elsewhere_have_to_be_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXPACK_X_API_KEY", "vendors-own-key")
    pack_file(tmp_path, REFERENCE / "rail", "operator", today=datetime.date.today())
    words = ["verify", "--pack", "operator.cxpack", "--url", "http://release.invalid", "--no-fuzz"]
    ran = Workplace(tmp_path).process(*words)
    assert ran.returncode == 2
    assert "POST /assistance-notices" in ran.stderr
    assert "--allow write" in ran.stderr
    assert Workplace(tmp_path).process(*words, "--allow", "write").returncode == 3


def test_a_login_that_is_not_set_is_asked_for_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXPACK_X_API_KEY", raising=False)
    pack_file(tmp_path, REFERENCE / "rail", "operator", today=datetime.date.today())
    ran = Workplace(tmp_path).process("verify", "--pack", "operator.cxpack", "--url", "http://localhost:1")
    assert (ran.returncode, "CXPACK_X_API_KEY, which is not set" in ran.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--env", "sandbox"], "a pack has no environments"),
        ([], "say where your release runs"),
        (["--url", "http://localhost:1", "--url", "http://localhost:2"], "say where your release runs"),
        (["--url", "http://localhost:1", "--allow", "everything"], "nothing that can be allowed"),
        (["--url", "http://localhost:1", "--examples", "examples.yaml"], "did you mean 'station'"),
    ],
)
def test_a_mistake_of_whoever_runs_a_pack_says_what_to_do(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXPACK_X_API_KEY", "vendors-own-key")
    pack_file(tmp_path, REFERENCE / "rail", "operator", today=datetime.date.today())
    (tmp_path / "examples.yaml").write_text("statoin: [LDS]\n")
    ran = Workplace(tmp_path).process("verify", "--pack", "operator.cxpack", *words)
    assert (ran.returncode, said in ran.stderr) == (2, True), ran.stderr


@pytest.mark.parametrize("option", ["--signed-by=x", "--export=x", "--bodies", "--allow=write"])
def test_what_is_said_of_a_pack_wants_a_pack(option: str, tmp_path: Path) -> None:
    ran = Workplace(tmp_path).process("verify", "--url", "p=http://localhost:1", option)
    assert (ran.returncode, "--pack" in ran.stderr) == (2, True)


# --- keys ---------------------------------------------------------------------------------------------------------------------


def test_a_key_is_its_users_alone_and_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "below" / "key.pem"
    signer = new_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signer_of(read_key(file)) == signer
    with pytest.raises(UsageError, match="already"):
        new_key(file)


def test_a_pipeline_holds_its_key_in_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key.pem"
    signer = new_key(file)
    monkeypatch.setenv("CX_SIGNING_KEY", file.read_text())
    assert signer_of(read_key()) == signer
    monkeypatch.setenv("CX_SIGNING_KEY", str(file))
    assert signer_of(read_key()) == signer


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_says_how_to_make_one(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(text)
    with pytest.raises(UsageError, match="cxcontracts key new"):
        read_key(file)


def test_without_a_key_nothing_is_packed(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "CX_SIGNING_KEY": ""}
    ran = Workplace(tmp_path).process("--estate", str(REFERENCE / "rail"), "pack", "operator", env=environment)
    assert (ran.returncode, "cxcontracts key new" in ran.stderr) == (2, True)
    assert os.listdir(tmp_path) == []
