"""Starts the partners on free ports, switches their behaviour, and ends them for sure."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.partners.switches import HELD

FOLDER = Path(__file__).parent
ESTATE = FOLDER / "contracts"
CREDENTIALS = {
    "ROOMS_TOKEN": "rooms-5d1b7c2e9f3a4c60",
    "TILL_KEY": "till-91c4e07ab3d25f68",
    "GUESTS_TOKEN": "guests-3f8a60d7c15e92b4",
}
"""The environment variables that the estate names, with what the partners take."""

NAMES = ("rooms", "till", "guests")
_BASES = {"rooms": "", "till": "/v1", "guests": "/loyalty"}
_LOGINS = {
    "rooms": {"Authorization": f"Bearer {CREDENTIALS['ROOMS_TOKEN']}"},
    "till": {"X-Api-Key": CREDENTIALS["TILL_KEY"]},
    "guests": {"Authorization": f"Bearer {CREDENTIALS['GUESTS_TOKEN']}"},
}
_PATIENCE = 60.0
"""Seconds after which a partner that does not answer is given up; a hang guard."""


@dataclass(frozen=True)
class Partner:
    """A partner that runs.

    Attributes:
        name: Its name in the estate.
        root: Where it listens, without a slash at the end.
        process: The process that serves it.
    """

    name: str
    root: str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where its API is."""
        return self.root + _BASES[self.name]

    def client(self) -> httpx.Client:
        """Return a client of its API that is logged in."""
        return httpx.Client(base_url=self.url, headers=_LOGINS[self.name], trust_env=False, timeout=_PATIENCE)

    def switch(self, behaviour: str = "") -> None:
        """Switch one behaviour on, or none, and let the partner forget everything else, the count too."""
        httpx.post(f"{self.root}/_fault", json={"name": behaviour}, trust_env=False, timeout=_PATIENCE).raise_for_status()

    def count(self) -> int:
        """Return how many requests to its API came since the last switch."""
        answer = httpx.get(f"{self.root}/_count", trust_env=False, timeout=_PATIENCE).raise_for_status()
        return int(answer.json()["count"])

    def document(self) -> httpx.Response:
        """Return the document that it publishes."""
        return httpx.get(f"{self.root}/openapi.json", trust_env=False, timeout=_PATIENCE).raise_for_status()


def missing(names: Sequence[str] = NAMES) -> str:
    """Return why these partners cannot be started here; empty where they can."""
    return "no node on the PATH, which the partner guests runs on" if "guests" in names and not shutil.which("node") else ""


@contextlib.contextmanager
def running(*names: str) -> Iterator[dict[str, Partner]]:
    """Start partners, all by default; wait until each answers, and end them on the way out."""
    with contextlib.ExitStack() as stack:
        started = {name: stack.enter_context(_started(name)) for name in names or NAMES}
        for partner in started.values():
            _wait_for(partner)
        yield started


@contextlib.contextmanager
def _started(name: str) -> Iterator[Partner]:
    port = free_port()
    command = ["node", str(FOLDER / "guests.mjs")] if name == "guests" else [sys.executable, "-m", f"tests.partners.{name}"]
    repository = str(FOLDER.parent.parent)
    environment = {**os.environ, "PYTHONPATH": repository}
    process = subprocess.Popen([*command, str(port), HELD], cwd=repository, env=environment, stdin=subprocess.PIPE)
    try:
        yield Partner(name, f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.communicate()


def _wait_for(partner: Partner) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            partner.count()
            return
        except httpx.TransportError:
            if partner.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{partner.name} did not start; its messages are above") from None
            time.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
