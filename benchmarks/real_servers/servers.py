"""The servers: which releases, how they are installed and started, and where each says what it promises."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from benchmarks.cached import python_package

Command = Sequence[str | Path]

ESTATES: Final = Path(__file__).parent / "estates"
_START: Final = 120.0
"""The most seconds that a server takes until it says what it promises."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server in two releases.

    Attributes:
        name: The id of the partner, and the folder of its estate.
        package: What is installed.
        older, newer: The releases, each with what has to be installed beside it for it to run at all today.
        document: The path at which it serves its contract.
        file: The file of the contract in the estate.
        command: Returns what starts it: given the folder of its programs, and a port.
        base: The path below which its calls go.
        environment: The environment of the estate in which it is verified; empty for none.
        secrets: The environment variables that the estate logs in with; the server knows them too.
        headers: What is sent to be shown the contract.
        files: What stands in the folder in which it is started.
        variables: Further environment variables of the server.
    """

    name: str
    package: str
    older: tuple[str, ...]
    newer: tuple[str, ...]
    document: str
    file: str
    command: Callable[[Path, int], Command]
    base: str = ""
    environment: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def estate(self) -> Path:
        """Its estate, without the contract, which only the server has."""
        return ESTATES / self.name


@dataclass(frozen=True, slots=True)
class Running:
    """A release that runs.

    Attributes:
        url: Where its calls go.
        contract: What it promises, as it serves it.
    """

    url: str
    contract: bytes


@contextmanager
def running(server: Server, release: Sequence[str]) -> Iterator[Running]:
    """Install a release unless it is there, start it, and stop it in the end.

    Raises:
        SystemExit: If it cannot be installed, or does not start.
    """
    programs = python_package(server.package, release[0], *release[1:])
    port = _free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in server.files.items():
            (folder / file).write_text(text, encoding="utf-8")
        environment = {**os.environ, "HOME": name, **server.secrets, **server.variables}
        environment.pop("PYTHONPATH", None)
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen(
                server.command(programs, port), cwd=folder, env=environment, stdout=said, stderr=said, start_new_session=True
            )
        try:
            contract = _contract(server, process, f"http://127.0.0.1:{port}{server.document}", folder / "said")
            yield Running(f"http://127.0.0.1:{port}{server.base}", contract)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _contract(server: Server, process: subprocess.Popen[bytes], url: str, said: Path) -> bytes:
    until = time.monotonic() + _START
    while process.poll() is None and time.monotonic() < until:
        try:
            with build_opener(ProxyHandler({})).open(Request(url, headers=dict(server.headers)), timeout=30) as answer:
                return bytes(answer.read())
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"{server.name} does not start:\n{said.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


_KINTO: Final = """
[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.userid_hmac_secret = benchmark
kinto.bucket_create_principals = system.Authenticated
kinto.includes = kinto.plugins.default_bucket
multiauth.policies = basicauth
multiauth.policy.basicauth.use = kinto.core.authentication.BasicAuthAuthenticationPolicy
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = %(http_port)s
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(message)s
"""

_OPTIMADE: Final = {
    "aliases": {
        "structures": {
            "id": "task_id",
            "immutable_id": "_id",
            "chemical_formula_descriptive": "pretty_formula",
            "chemical_formula_reduced": "pretty_formula",
            "chemical_formula_anonymous": "formula_anonymous",
        }
    }
}
"""What the structures that come with the package call the fields of the standard."""

SERVERS: Final = (
    Server(
        "kinto",
        "kinto",
        ("14.8.0", "setuptools<80", "pyramid_multiauth==1.0.1"),  # with a later one, nobody can log in
        ("26.5.0", "setuptools<80"),
        "/v1/__api__",
        "openapi.json",
        lambda programs, port: [programs / "kinto", "start", "--ini", "kinto.ini", "--port", str(port)],
        base="/v1",
        environment="here",
        secrets={"KINTO_USER": "household", "KINTO_PASSWORD": "apples-and-pears"},
        files={"kinto.ini": _KINTO},
    ),
    Server(
        "jupyter",
        "jupyter-server",
        ("1.24.0",),
        ("2.21.1",),
        "/api/spec.yaml",
        "openapi.yaml",
        lambda programs, port: [
            programs / "jupyter-server",
            "--no-browser",
            "--allow-root",
            f"--port={port}",
            "--ServerApp.token=notes-and-numbers",
            "--ServerApp.disable_check_xsrf=True",
        ],
        environment="here",
        secrets={"JUPYTER_LOGIN": "token notes-and-numbers"},
        headers={"Authorization": "token notes-and-numbers"},
    ),
    Server(
        "optimade",
        "optimade[server]",
        ("0.25.5", "fastapi==0.103.2"),  # with a later one, every search without an e-mail address is answered 500
        ("1.5.0",),
        "/v1/extensions/openapi.json",
        "openapi.json",
        lambda programs, port: [programs / "uvicorn", "optimade.server.main:app", "--port", str(port)],
        base="/v1",
        files={"optimade.json": json.dumps(_OPTIMADE)},
        variables={"OPTIMADE_CONFIG_FILE": "optimade.json"},
    ),
    Server(
        "prefect",
        "prefect",
        ("2.20.16", "pydantic<2.11"),  # later ones of what stands beside them are not what they were written for
        ("3.4.25", "fastapi<0.116", "importlib_metadata", "pydantic<2.12"),
        "/openapi.json",
        "openapi.json",
        lambda programs, port: [programs / "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        variables={"PREFECT_UI_ENABLED": "false", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"},
    ),
)
