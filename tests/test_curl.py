"""The line for a shell that sends a request again: a shell hands curl what was sent, and nothing else happens."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from cxcontracts.bodies import written_body
from cxcontracts.exchanges import JSON, NO_BODY, Raw, Request
from cxcontracts.reports.curl import again, curl
from cxcontracts.running.wire import target_of
from cxcontracts.walks import Sighting

BASE = "https://shop.example:8443/v1"
FORM = {"content-type": "application/x-www-form-urlencoded"}
PLAIN = {"content-type": "text/plain"}


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A folder in which ``curl`` writes down what it is called with."""
    recorder = tmp_path / "curl"
    recorder.write_text('#!/bin/bash\nprintf "%s\\0" "$@" >> "$RECORD"\nprintf "\\1\\0" >> "$RECORD"\n')
    recorder.chmod(0o755)
    return tmp_path


def ran(shell: Path, lines: Sequence[str], **secrets: str) -> list[list[str]]:
    """Return the arguments of curl for each line, in one shell, once bash has found nothing wrong with them."""
    script = shell / "lines.sh"
    script.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    before = {file.name for file in shell.iterdir()}
    record = shell / "record"
    environment = {"PATH": f"{shell}:{os.environ['PATH']}", "RECORD": str(record), "LC_ALL": "C.UTF-8", **secrets}
    subprocess.run(["bash", "-n", script], check=True, capture_output=True)
    done = subprocess.run(["bash", script], env=environment, cwd=shell, check=True, capture_output=True)
    assert (done.stdout, done.stderr) == (b"", b"")
    assert {file.name for file in shell.iterdir()} - before == {"record"}
    calls = record.read_bytes().decode("utf-8", "surrogateescape").split("\x01\0")
    record.unlink()
    return [call.split("\0")[:-1] for call in calls[:-1]]


def sent(arguments: Sequence[str]) -> tuple[str, str, dict[str, str], str | None]:
    """Return method, address, headers and body, as curl reads its arguments."""
    method, headers, data, address = "", {}, None, ""
    rest = iter(arguments)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-I":
            method = "HEAD"
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "--data-raw":
            data = next(rest)
        else:
            assert not address and not word.startswith("-")
            address = word
    return method or ("GET" if data is None else "POST"), address, headers, data


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/things/7", base=BASE),
        Request("GET", "/things/a b/K%C3%B6ln", (("q", "a&b=c"), ("q", ""), ("ü", "[1]{2}")), base=BASE),
        Request("HEAD", "/things", base=BASE),
        Request("DELETE", "/things/7", base=BASE + "/"),
        Request("POST", "/things", body={"a": 'it\'s "so" `whoami` $HOME $(id) \\ ! \n'}, base=BASE),
        Request("POST", "/things", headers={"x-a": "it's !$(id)"}, base=BASE),
        Request("PUT", "/things", body=[1.5, None, "@/etc/passwd"], base=BASE),
        Request("GET", "/things", body={"a": 1}, base=BASE),
        Request("POST", "/things", headers=FORM, body={"a": "x y&", "b": [1, 2]}, base=BASE),
        Request("POST", "/things", headers=PLAIN, body="@file", base=BASE),
        Request("POST", "/things", headers=PLAIN, body="", base=BASE),
        Request("POST", "/things", headers=PLAIN, body=Raw({"text": "it's"}), base=BASE),
    ],
    ids=str,
)
def test_curl_is_called_with_the_request(request_: Request, shell: Path) -> None:
    ((method, address, headers, data),) = map(sent, ran(shell, [curl(request_)]))

    assert (method, headers) == (request_.method, dict(request_.headers))
    target = target_of(request_.path, request_.query)
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{'/v1'}" == BASE
    assert (parts.path.removeprefix("/v1"), unquote(parts.query)) == (target.partition("?")[0], unquote(target.partition("?")[2]))
    media = request_.headers.get("content-type", "application/json")
    assert data == (None if request_.body is NO_BODY else written_body(request_.body, media).decode())


def test_text_that_hurts_shells_goes_through_them_unchanged(hurtful: tuple[str, ...], corpus: Path, shell: Path) -> None:
    texts = [text for text in (*hurtful, *_all_texts(corpus)) if "\0" not in text and _is_text(text)]
    lines = [
        curl(Request("POST", "/x", (("q", text),), {**PLAIN, "x-a": f"{text} $env.TOKEN"}, text, base=BASE)) for text in texts
    ]
    kept = [(line, text) for line, text in zip(lines, texts, strict=True) if "$env." not in text]

    calls = ran(shell, [line for line, _ in kept], TOKEN="t0k")

    assert len(calls) == len(kept) > 500
    for arguments, (_, text) in zip(calls, kept, strict=True):
        _, address, headers, data = sent(arguments)
        assert data == text
        assert headers["x-a"] == f"{text} t0k"
        assert unquote(urlsplit(address).query.removeprefix("q=")) == text


def _all_texts(corpus: Path) -> Iterator[str]:
    for file in sorted((corpus / "hostile/own/strings").glob("*.json")):
        yield from _inside(json.loads(file.read_bytes()))


def _inside(value: JSON) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _inside(each)


def _is_text(text: str) -> bool:
    """Tell whether a text can be an argument of a program: half a character cannot."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def test_a_name_and_password_of_the_environment_are_handed_to_curl_which_encodes_them(shell: Path) -> None:
    line = curl(Request("GET", "/x", headers={"authorization": "Basic $env.NAME:$env.WORD"}, base=BASE))
    ((*words, _),) = ran(shell, [line], NAME="me", WORD='it\'s "$so"')
    assert words == ["-u", 'me:it\'s "$so"']


@pytest.mark.parametrize("place", ["header", "query", "body"])
def test_secrets_are_taken_from_the_environment_of_whoever_runs_it(place: str, shell: Path) -> None:
    request = Request(
        "POST",
        "/x",
        (("key", "$env.P_KEY"),) if place == "query" else (),
        {**PLAIN, **({"authorization": "Bearer $env.P_KEY!"} if place == "header" else {})},
        "it's $env.P_KEY & $HOME" if place == "body" else NO_BODY,
        base=BASE,
    )
    line = curl(request)
    _, address, headers, data = sent(ran(shell, ["set -o history -o histexpand", line], P_KEY="s3cret")[-1])  # as at a prompt

    assert "s3cret" not in line
    assert {
        "header": headers.get("authorization") == "Bearer s3cret!",
        "query": address.endswith("?key=s3cret"),
        "body": data == "it's s3cret & $HOME",
    }[place]


def test_a_request_that_went_nowhere_or_cannot_be_sent_has_no_line() -> None:
    assert curl(Request("GET", "/x")) == ""
    assert curl(Request("POST", "/x", headers={"content-type": "application/xml"}, body={"a": 1}, base=BASE)) == ""


def test_what_is_sent_again_has_no_credential_that_is_one_by_its_name() -> None:
    request = Request("GET", "/x", (("api_key", "k-123456"),), {"cookie": "sid=s-123456", "x-other": "$env.NAME"}, base=BASE)
    seen = Sighting("s", request, None, None, "", datetime.now(UTC), 0.0)
    line = again(seen)
    assert "123456" not in line
    assert "${NAME}" in line
    assert again(replace(seen, request=None)) == ""
