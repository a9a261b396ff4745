"""Certificates for the tests, made by openssl for this run."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificates:
    """An authority that nobody else trusts, and what it signed: each file has the certificate and its key."""

    authority: Path
    server: Path
    client: Path
    stranger: Path

    def wrapping(self, *, asks_clients: bool = False) -> Callable[[socket.socket], socket.socket]:
        """How a server of this machine speaks TLS over a connection."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        if asks_clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.authority)
        return lambda connection: context.wrap_socket(connection, server_side=True)


def certificates(folder: Path) -> Certificates:
    """Make an authority, a server's certificate for this machine and ``partner.test``, and a client's; one of its own, too."""
    if shutil.which("openssl") is None:
        if os.environ.get("CX_REQUIRE_ALL") == "1":
            pytest.fail("there is no openssl to make certificates with")
        pytest.skip("there is no openssl to make certificates with")
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    _run(folder, *new, "-subj", "/CN=authority", "-keyout", "authority.key", "-out", "authority.pem")
    _run(folder, *new, "-subj", "/CN=stranger", "-keyout", "stranger.key", "-out", "stranger.pem")
    signed = ("-CA", "authority.pem", "-CAkey", "authority.key")
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:partner.test"
    _run(folder, *new, *signed, "-subj", "/CN=server", "-addext", names, "-keyout", "server.key", "-out", "server.pem")
    _run(folder, *new, *signed, "-subj", "/CN=client", "-keyout", "client.key", "-out", "client.pem")
    for name in ("server", "client", "stranger"):
        (folder / f"{name}-both.pem").write_bytes((folder / f"{name}.pem").read_bytes() + (folder / f"{name}.key").read_bytes())
    return Certificates(folder / "authority.pem", *(folder / f"{name}-both.pem" for name in ("server", "client", "stranger")))


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
