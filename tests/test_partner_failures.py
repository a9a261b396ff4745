"""The servers that fail: each fails in its own way, and what has to be said of it agrees with itself."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cxcontracts.findings import Verdict
from cxcontracts.opening import open_estate
from tests.partners.failures import ANSWERS, ESTATE, FAILURES, Failure, certificate, failing

PATIENCE = 0.5
"""Seconds without the end of an answer after which it is taken to have none."""


def lacking(failure: Failure) -> str:
    """Return what this machine lacks to fail in that way; empty where it has all."""
    if failure.certificate and shutil.which("openssl") is None:
        return "there is no openssl to make a certificate with"
    return "this machine has no IPv6" if "[" in failure.host and not speaks_ipv6() else ""


def speaks_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


Sight = tuple[tuple[bytes, str], ...]
"""What three requests see: the bytes that come back, and how it ends."""


@pytest.fixture(scope="module")
def sights(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sight]:
    """What is seen of each failure that is possible here."""
    folder = tmp_path_factory.mktemp("certificates")
    return {failure.name: seen(failure, folder) for failure in FAILURES if not lacking(failure)}


def seen(failure: Failure, certificates: Path) -> Sight:
    with failing(failure, certificates) as url:
        trusted = str(certificate(failure.certificate, certificates)) if failure.trusted else None
        context = ssl.create_default_context(cafile=trusted) if failure.scheme == "https" else None
        return tuple(asked(url, context) for _ in range(1 if failure.exit == 3 else 3))


def asked(url: str, context: ssl.SSLContext | None) -> tuple[bytes, str]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    received = b""
    try:
        with socket.create_connection((parts.hostname, parts.port or 0), timeout=PATIENCE) as plain:
            connection = context.wrap_socket(plain, server_hostname=parts.hostname) if context else plain
            with connection:
                connection.sendall(b"GET /rooms/204 HTTP/1.1\r\nHost: desk\r\n\r\n")
                while len(received) < 100_000 and received.count(b"102 Processing") < 3 and not received.endswith(b"\r\n\r\n   "):
                    part = connection.recv(65536)
                    if not part:
                        return moments_out_of(received), "closed"
                    received += part
                return moments_out_of(received), "goes on"
    except OSError as error:
        return moments_out_of(received), re.sub(r"[0-9a-f:]{6,}|_ssl.c.*", "", f"{type(error).__name__} {error}")


def moments_out_of(received: bytes) -> bytes:
    """Return what came, with how many hours ago a moment was in its place."""
    return re.sub(rb"Date: [^\r]*", b"Date", re.sub(rb"\d{4}-\d\d-\d\dT[\d:+]*", _hours_ago, received))


def _hours_ago(moment: re.Match[bytes]) -> bytes:
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(moment[0].decode())
    return str(round(age.total_seconds() / 3600)).encode()


def status_of(received: bytes) -> str:
    found = re.search(rb"HTTP/1\.[01] ([2-9]\d\d)", received)
    return found[1].decode() if found else ""


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_a_failure_is_what_its_cause_says(failure: Failure, sights: Mapping[str, Sight]) -> None:
    absent = lacking(failure)
    if absent and os.environ.get("CX_REQUIRE_ALL") == "1":
        pytest.fail(absent)
    if absent:
        pytest.skip(absent)
    statuses = {status_of(received) for received, _ in sights[failure.name]}

    in_words = re.findall(r"(?<!\d)([3-9]\d\d)(?!\d)", failure.cause)
    if in_words:
        assert statuses == set(in_words)
    elif failure.exit == 0 or failure.answers is Verdict.INTACT:
        assert statuses <= {"200", "204"}


def test_no_two_failures_look_alike(sights: Mapping[str, Sight]) -> None:
    alike: dict[object, list[str]] = {}
    for failure in FAILURES:
        if failure.name in sights:
            alike.setdefault((failure.scheme, "[" in failure.host, sights[failure.name]), []).append(failure.name)

    assert [names for names in alike.values() if len(names) > 1] == []


def test_there_are_more_than_forty_and_each_has_a_name_of_its_own() -> None:
    assert len({failure.name for failure in FAILURES}) == len(FAILURES) > 40


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_what_is_said_agrees_with_the_exit_code(failure: Failure) -> None:
    re.compile(failure.cause)
    broken = failure.answers is Verdict.BROKEN or bool(failure.broken)
    unsure = failure.answers is Verdict.INCONCLUSIVE
    assert failure.exit == (1 if broken else 3 if unsure else 0)
    assert not (broken and unsure)


def test_the_ids_are_those_of_the_estate() -> None:
    known = {finding.id for finding in open_estate(ESTATE).check().findings}
    assert {ANSWERS, *(name for failure in FAILURES for name in failure.broken)} <= known
