"""Secrets: taken out of whatever is kept or written, in whatever form they come back."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import Raw
from cxcontracts.redaction import HIDDEN
from cxcontracts.running.secrets import MOST_NAMELESS, Secrets, insist_on_secret, read_secret
from cxcontracts.running.wire import Failed
from cxcontracts.walks import Trouble

CANARY = 'CANARY/0+1 "ü&<é>\\~'


def forms(secret: str) -> dict[str, str]:
    """A secret in each form in which a partner may give it back."""
    data = secret.encode()
    percent = quote(secret, safe="")
    return {
        "raw": secret,
        "amid text": f"bad token {secret}!",
        "percent": percent,
        "percent in lower case": percent.replace("%2F", "%2f").replace("%C3%BC", "%c3%bc"),
        "percent in part": quote(secret, safe='/+"&'),
        "form": quote_plus(secret),
        "every byte percent": "".join(f"%{byte:02x}" for byte in data),
        "json": json.dumps(secret),
        "json with slashes escaped": json.dumps(secret).replace("/", "\\/"),
        "json in utf-8": json.dumps(secret, ensure_ascii=False),
        "every character escaped": "".join(f"\\u{ord(each):04X}" for each in secret),
        "html": html.escape(secret),
        "html by number": "".join(f"&#{ord(each)};" for each in secret),
        "xml by hexadecimal number": "".join(f"&#x{ord(each):X};" for each in secret),
        "base64": base64.b64encode(data).decode(),
        "base64url": base64.urlsafe_b64encode(data).decode().rstrip("="),
        "basic": base64.b64encode(f"somebody:{secret}".encode()).decode(),
        "basic of an odd name": base64.b64encode(f"me2:{secret}".encode()).decode(),
        "base64 amid more": base64.urlsafe_b64encode(f"x{secret}y".encode()).decode(),
        "hexadecimal": data.hex(),
        "hexadecimal in capitals": data.hex().upper(),
    }


@pytest.mark.parametrize("form", forms(CANARY))
def test_a_secret_is_taken_out_in_every_form(form: str) -> None:
    secrets = Secrets()
    secrets.add(CANARY, "$env.TOKEN")
    text = forms(CANARY)[form]

    assert "$env.TOKEN" in secrets.redact(text)
    assert remains(secrets.redact(text)) == []
    assert secrets.may_be_in(text.encode())


@pytest.mark.parametrize("form", forms(CANARY))
def test_a_secret_is_taken_out_of_values_wherever_it_stands(form: str) -> None:
    secrets = Secrets()
    secrets.add(CANARY, "$env.TOKEN")
    text = forms(CANARY)[form]
    value = {"a": [text, 1, None, True, {"b": {text: "c"}}], "d": 1.5}

    redacted = secrets.redacted(value)

    assert remains(json.dumps(redacted, ensure_ascii=False)) == []
    assert (redacted["a"][1:4], redacted["d"]) == ([1, None, True], 1.5)


@pytest.mark.parametrize("form", forms(CANARY))
def test_a_secret_is_taken_out_of_bytes(form: str) -> None:
    secrets = Secrets()
    secrets.add(CANARY, "$env.TOKEN")
    text = forms(CANARY)[form]

    assert remains(secrets.redact_bytes(f"[{text}]".encode()).decode()) == []


@pytest.mark.parametrize("form", ["raw", "base64", "basic", "hexadecimal"])
def test_a_secret_is_taken_out_of_bytes_that_are_no_text(form: str) -> None:
    secrets = Secrets()
    secrets.add(CANARY, "$env.TOKEN")
    redacted = secrets.redact_bytes(b"\xff\x00%" + forms(CANARY)[form].encode() + b"\xfe")

    assert (redacted[:3], redacted[-1:]) == (b"\xff\x00%", b"\xfe")
    assert remains(redacted.decode(errors="replace")) == []


@pytest.mark.parametrize("form", forms(CANARY))
def test_a_text_in_which_a_secret_is_escaped_once_more_is_hidden_as_a_whole(form: str) -> None:
    secrets = Secrets()
    secrets.add(CANARY, "$env.TOKEN")
    for again in (json.dumps, quote, html.escape, lambda text: json.dumps(json.dumps(text))):
        text = secrets.hide(f"before {again(forms(CANARY)[form])} after")
        assert text == "$env.TOKEN" or text.startswith("before ")
        undone = {text, html.unescape(text), unquote(text), text.replace("\\\\", "\\")}
        assert [name for each in undone for name in remains(each)] == []


@pytest.mark.parametrize("in_another_case", [str.lower, str.upper, str.swapcase])
def test_a_long_secret_is_found_in_another_case_and_a_short_one_is_not(in_another_case: Callable[[str], str]) -> None:
    secrets = Secrets()
    secrets.add("Password123", "$env.SHORT")
    secrets.add("Password1234", "$env.LONG")

    assert secrets.redact(in_another_case("<Password1234>")) == "<$env.LONG>"
    assert secrets.redact(in_another_case("<Password123>")) == in_another_case("<Password123>")
    assert secrets.redact(in_another_case("%50assword1234").replace("%50", "%70")) == "$env.LONG"


def test_bytes_without_a_secret_are_what_they_were() -> None:
    secrets = Secrets()
    secrets.add(CANARY)
    data = bytes(range(256)) * 3

    assert secrets.redact_bytes(data) == data


def remains(text: str) -> list[str]:
    """The forms of the canary that a text still has."""
    return [name for name, form in forms(CANARY).items() if form in text]


def test_a_body_that_is_no_json_stays_one() -> None:
    secrets = Secrets()
    secrets.add("CANARY-1")

    redacted = secrets.redacted(Raw({"text": "no CANARY-1", "bytes": 11}, "why CANARY-1"))

    assert isinstance(redacted, Raw)
    assert (redacted, redacted.why) == ({"text": f"no {HIDDEN}", "bytes": 11}, f"why {HIDDEN}")


def test_a_secret_of_digits_is_taken_out_of_numbers() -> None:
    secrets = Secrets()
    secrets.add("123456", "$env.PIN")

    assert secrets.redacted({"pin": 123456, "other": 654321, "yes": True}) == {"pin": "$env.PIN", "other": 654321, "yes": True}


def test_the_longer_of_two_secrets_is_taken_out_first() -> None:
    secrets = Secrets()
    secrets.add("CANARY", "$env.SHORT")
    secrets.add("CANARY-LONG", "$env.LONG")

    assert secrets.redact("CANARY-LONG CANARY") == "$env.LONG $env.SHORT"


def test_a_secret_keeps_the_name_that_it_has() -> None:
    secrets = Secrets()
    secrets.add("CANARY", "$env.TOKEN")
    secrets.add("CANARY")

    assert secrets.redact("CANARY") == "$env.TOKEN"


def test_what_is_too_short_to_be_a_secret_is_left_where_it_stands() -> None:
    secrets = Secrets()
    secrets.add("short")

    assert secrets.redact("a short text") == "a short text"


def test_secrets_without_a_name_do_not_pile_up() -> None:
    secrets = Secrets()
    secrets.add("CANARY", "$env.TOKEN")
    for number in range(MOST_NAMELESS + 5):
        secrets.add(f"token-{number}-")

    assert secrets.redact("CANARY token-1- token-1004-") == f"$env.TOKEN token-1- {HIDDEN}"


def test_without_secrets_nothing_is_changed() -> None:
    value = {"a": ["%20\\&"]}
    assert Secrets().redacted(value) is value
    assert not Secrets().may_be_in(b"%")


@given(st.text(st.characters(exclude_characters="$"), min_size=6, max_size=20), st.text(), st.text())
def test_whatever_the_secret_it_is_taken_out(secret: str, before: str, after: str) -> None:
    secrets = Secrets()
    secrets.add(secret, "$")

    assert secret not in secrets.redact(before + secret + after)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=6, max_size=20), st.binary(max_size=4), st.binary(max_size=4))
def test_whatever_the_secret_it_is_taken_out_of_base64(secret: str, before: bytes, after: bytes) -> None:
    secrets = Secrets()
    secrets.add(secret, "*")
    text = base64.b64encode(before + secret.encode() + after).decode()

    assert "*" in secrets.redact(text)
    assert secrets.may_be_in(text.encode())


# --- reading them -------------------------------------------------------------------------------------------------------------


def test_a_secret_is_read_from_the_environment_and_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "CANARY-1\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/token").write_text("CANARY-2\r\n")

    assert read_secret("$env.SHOP_TOKEN", tmp_path) == "CANARY-1"
    assert read_secret("$file.secrets/token", tmp_path) == "CANARY-2"
    assert read_secret(f"$file.{tmp_path}/secrets/token", Path("/nowhere")) == "CANARY-2"


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("$env.ABSENT", "$env.ABSENT is not set; set the environment variable ABSENT"),
        ("$env.EMPTY", "$env.EMPTY is empty"),
        ("$file.absent", "$file.absent cannot be read: no such file or directory"),
        ("$file.folder", "$file.folder cannot be read: is a directory"),
        ("$file.binary", "$file.binary is no text"),
    ],
)
def test_a_secret_that_is_not_there_says_what_to_do(
    reference: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ABSENT", raising=False)
    monkeypatch.setenv("EMPTY", "\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    with pytest.raises(Failed) as raised:
        read_secret(reference, tmp_path)

    assert (raised.value.trouble, raised.value.why) == (Trouble.UNPREPARED, why)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("12345", "$env.X has under 6 characters: too few to be kept out of what we write"),
        ("CANARY\r\nX-Evil: 1", "$env.X has a line break or another control character in it"),
    ],
)
def test_what_cannot_be_kept_secret_is_refused(value: str, why: str) -> None:
    with pytest.raises(Failed) as raised:
        insist_on_secret("$env.X", value)

    assert (raised.value.trouble, raised.value.why) == (Trouble.UNPREPARED, why)
