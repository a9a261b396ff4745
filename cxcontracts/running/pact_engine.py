"""Pact's engine in a process of its own: the only module that imports pact, and it imports nothing of ours.

One line of JSON is a job, one line of JSON its result. A job never reaches a partner: what a partner answered is given with it,
and served to the engine from this machine.

The process is a wall. The engine writes to the descriptors of whoever runs it, panics, may run for minutes on one regular
expression, reports who uses it to a server on the web, cannot be interrupted, and breaks a process that forks after its use.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import IO, Any

Results = list[dict[str, Any]]

SHARD = 25
"""Interactions a run: what one costs grows with how many there are."""

_MOST_MISMATCHES = 50
_MOST_TEXT = 400
_BODILESS = frozenset({204, 304})
_STATES, _MESSAGES, _CALLS = "/states", "/messages", "/calls"


class Loopback(HTTPServer):
    """Answers the engine with what is given, and keeps what the engine sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: Mapping[str, Mapping[str, Any]] = {}
        self.values: Mapping[str, Any] = {}
        self.sent: list[dict[str, Any]] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over connections that the engine gave up."""


class _Handler(BaseHTTPRequestHandler):
    server: Loopback
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: object) -> None:
        pass

    def parse_request(self) -> bool:
        """Send whatever method there is to one place."""
        parsed = super().parse_request()
        setattr(self, f"do_{self.command}", self._answer)
        return parsed

    def _answer(self) -> None:
        data = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == _STATES:
            return self._reply(200, [("Content-Type", "application/json")], json.dumps(self.server.values).encode())
        target = self.path.removeprefix(_CALLS)
        key = json.loads(data)["description"] if self.path == _MESSAGES else target
        answer = self.server.answers.get(key)
        if answer is None:
            headers = [[name.lower(), value] for name, value in self.headers.items()]
            sent = {"method": self.command, "target": target, "headers": headers}
            self.server.sent.append({**sent, "data": base64.b64encode(data).decode()})
            return self._reply(200, [], b"")
        self._reply(answer["status"], answer["headers"], base64.b64decode(answer["data"]))

    def _reply(self, status: int, headers: Sequence[Sequence[str]], body: bytes) -> None:
        lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers)]
        if status not in _BODILESS:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*lines, "Connection: close", "", ""])
        self.wfile.write(_bytes(head) + (b"" if status in _BODILESS else body))
        self.close_connection = True


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


class Work:
    """Runs the engine on jobs.

    Args:
        verifier: Pact's own.
        server: Serves what was captured.
        said: Where the engine's own output goes.
    """

    def __init__(self, verifier: Callable[..., Any], server: Loopback, said: IO[bytes]) -> None:
        self.verifier = verifier
        self.server = server
        self.said = said

    def done(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Do one job: ``match`` answers, or tell what requests the engine would ``send``."""
        return {"match": self._match, "send": self._send}[job["do"]](job)

    def _match(self, job: Mapping[str, Any]) -> dict[str, Any]:
        cases = job["cases"]
        self.server.answers = {case["at"]: case["answer"] for case in cases}
        return {"results": [result for block in _shards(cases) for result in self._block(job, block)]}

    def _block(self, job: Mapping[str, Any], cases: Sequence[Mapping[str, Any]]) -> Results:
        """Return one result a case. What keeps the engine from telling one of them is asked of each alone."""
        found, why = self._run(job, [case["expected"] for case in cases])
        told = [result["description"] for result in found] == [case["expected"]["description"] for case in cases]
        if told:
            return [_result(result) for result in found]
        if len(cases) > 1:
            return [result for case in cases for result in self._block(job, [case])]
        return [{"failed": why or "it gives no result"}]

    def _send(self, job: Mapping[str, Any]) -> dict[str, Any]:
        self.server.answers, self.server.values = {}, job["values"]
        return {"results": [result for block in _shards(job["interactions"]) for result in self._sent(job, block)]}

    def _sent(self, job: Mapping[str, Any], interactions: Sequence[Mapping[str, Any]]) -> Results:
        """Return the request of each interaction, in their order, by which alone they are told apart."""
        self.server.sent = []
        found, why = self._run(job, interactions)
        if len(self.server.sent) == len(interactions):
            return self.server.sent
        if len(interactions) > 1:
            return [result for each in interactions for result in self._sent(job, [each])]
        told = [str((result.get("mismatch") or {}).get("message", "")) for result in found]
        return [{"failed": "; ".join(filter(None, told)) or why or "it makes no request"}]

    def _run(self, job: Mapping[str, Any], interactions: Sequence[Mapping[str, Any]]) -> tuple[Results, str]:
        """Return what the engine found for each interaction, in their order, and what it said where it failed."""
        listed = {job["key"]: interactions, "metadata": job["metadata"]}
        document = {"consumer": {"name": "consumer"}, "provider": {"name": "provider"}, **listed}
        self.said.seek(0)
        self.said.truncate()
        with _written(document) as path:
            verifier = self.verifier("provider", host="127.0.0.1").add_source(path)
            verifier.add_transport(url=f"http://127.0.0.1:{self.server.port}{_CALLS}")
            verifier.add_transport(protocol="message", scheme="http", port=self.server.port, path=_MESSAGES)
            verifier.set_coloured_output(enabled=False).disable_ssl_verification().follow_redirects(False)
            if job["do"] == "send":
                verifier.state_handler(f"http://127.0.0.1:{self.server.port}{_STATES}", body=True, teardown=False)
            try:
                verifier.verify()
            except RuntimeError as error:
                failed = str(error)
            else:
                failed = ""
            results = verifier.results
        troubles = [str((error.get("mismatch") or {}).get("message", "")) for error in results["errors"]]
        why = "; ".join(filter(None, troubles)).replace(f"Failed to load pact '{path}' - ", "")
        return results["interactionResults"], why or self._panic() or failed

    def _panic(self) -> str:
        """Return what the engine said when it panicked: the line after the one that says where."""
        self.said.seek(0)
        said = self.said.read(100_000).decode(errors="replace")
        found = re.search(r"panicked at [^\n]*\n([^\n]+)", said)
        return found[1].strip() if found else ""


def _shards(cases: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    return (cases[at : at + SHARD] for at in range(0, len(cases), SHARD))


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    told = result.get("mismatch") or {}
    if told.get("type") == "error":
        return {"failed": str(told.get("message"))}
    mismatches = [_short(each) for each in told.get("mismatches", ())]
    if result["result"] != "OK" and not mismatches:
        return {"failed": f"it says {result['result']}, and not why"}
    mismatches.sort(key=lambda each: json.dumps(each, sort_keys=True))
    return {"mismatches": mismatches[:_MOST_MISMATCHES], "more": max(0, len(mismatches) - _MOST_MISMATCHES)}


def _short(mismatch: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts that are told; a whole body would come with every one of its mismatches."""
    kept = ("type", "path", "key", "expected", "actual", "mismatch")
    return {name: _text(mismatch[name])[:_MOST_TEXT] for name in kept if name in mismatch}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def _written(document: Mapping[str, Any]) -> Iterator[str]:
    """Write a Pact file for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pact.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        yield path


def _serve(jobs: queue.Queue[bytes], out: IO[bytes], work: Work) -> None:
    while True:
        try:
            result = work.done(json.loads(jobs.get()))
        except Exception as error:
            result = {"broken": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(result).encode() + b"\n")
        out.flush()


def main() -> None:
    """Do the jobs on standard input until it ends, whatever is under way then."""
    out = os.fdopen(os.dup(1), "wb")
    said = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it is open as long as the process lives
    os.dup2(said.fileno(), 1)
    os.dup2(said.fileno(), 2)
    try:
        from pact import Verifier
    except (ImportError, OSError) as error:
        out.write(json.dumps({"missing": str(error)}).encode() + b"\n")
        out.flush()
        return
    import logging

    logging.getLogger("pact").setLevel(logging.CRITICAL)
    logging.getLogger("pact.ffi").setLevel(logging.CRITICAL)
    server = Loopback()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 60}, daemon=True).start()
    jobs: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_serve, args=(jobs, out, Work(Verifier, server, said)), daemon=True).start()
    out.write(b"{}\n")
    out.flush()
    for line in sys.stdin.buffer:
        jobs.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
