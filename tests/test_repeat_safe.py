"""``repeat-safe`` on contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estates_made import change, check, operation

OK = "responses: {'200': {description: ok}}"
KEY = "parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]"
SENT = "with: {header.Idempotency-Key: $fresh-id}"
SAFE = "repeat-safe: true"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_method_that_may_be_repeated_is_safe(method: str, tmp_path: Path) -> None:
    assert check(tmp_path, operation(OK, call=f"{method} /thing"), SAFE).verdict("repeat-safe") == "intact"


def test_a_call_that_only_asks_is_safe(tmp_path: Path) -> None:
    assert check(tmp_path, operation(OK, call="POST /thing"), f"safe: true\n{SAFE}").verdict("repeat-safe") == "intact"


@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "X-Idempotency-Key"])
def test_a_key_that_is_taken_and_sent_makes_it_safe(name: str, tmp_path: Path) -> None:
    contract = operation(f"{KEY.replace('Idempotency-Key', name)}\n{OK}", call="POST /thing")

    assert check(tmp_path, contract, f"with: {{header.{name}: $fresh-id}}\n{SAFE}").verdict("repeat-safe") == "intact"


@pytest.mark.parametrize(
    ("key", "sent", "because"),
    [
        ("", "", "the contract takes no Idempotency-Key, so a second press of s may change it twice"),
        (KEY, "", "the contract takes Idempotency-Key, and the step does not send it"),
    ],
)
def test_without_a_key_on_both_sides_it_is_a_gap(key: str, sent: str, because: str, tmp_path: Path) -> None:
    found = check(tmp_path, operation(f"{key}\n{OK}", call="POST /thing"), f"{sent}\n{SAFE}")["repeat-safe"]

    assert (str(found.verdict), found.because) == ("unpromised", because)


def test_a_key_that_is_no_longer_taken_breaks_it_and_what_sends_it_is_the_cause(tmp_path: Path) -> None:
    before, after = (operation(f"{key}\n{OK}", call="POST /thing") for key in (KEY, ""))

    judged = change(tmp_path, before, after, f"{SENT}\n{SAFE}")

    assert judged.broken == ["accepts:header.Idempotency-Key"]
    assert judged["repeat-safe"].cause == "j/s/accepts:header.Idempotency-Key"
    assert judged.because("repeat-safe") == "Idempotency-Key is no longer taken, so a second press may change it twice"
    assert str(judged["repeat-safe"].harm) == "misled"


def test_a_key_that_nobody_sent_yet_is_in_the_witness(tmp_path: Path) -> None:
    before, after = (operation(f"{key}\n{OK}", call="POST /thing") for key in (KEY, ""))

    found = change(tmp_path, before, after, SAFE)["repeat-safe"]

    assert (str(found.verdict), found.cause) == ("broken", None)
    assert found.witness is not None
    assert found.witness.request.headers["idempotency-key"] == "text"
