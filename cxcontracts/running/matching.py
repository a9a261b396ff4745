"""Captured answers held against Pact interactions by pact-python's engine, which never sees a partner.

The engine runs in a process of its own (see :mod:`cxcontracts.running.pact_engine`), which replays to it what a partner answered.
Status, headers, body, message metadata, every matcher and every version of the specification are the engine's to judge.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qsl

from cxcontracts.bodies import is_json, media_of, read_body, written_body
from cxcontracts.errors import UsageError
from cxcontracts.exchanges import JSON, Raw, Request, Response
from cxcontracts.pacts import ASYNCHRONOUS, SYNCHRONOUS, Interaction
from cxcontracts.sanitise import harmless_line

_DEADLINE: Final = 30.0
_BATCH: Final = 100
_OF_THE_CONNECTION: Final = frozenset(
    {
        "connection", "content-encoding", "content-length", "keep-alive", "proxy-authenticate", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""Headers that say how bytes came, RFC 9110 section 7.6.1: they cannot be replayed under their names."""

_READ_BY_PACT: Final = frozenset({"", "application/octet-stream", "application/x-www-form-urlencoded", "text/html", "text/plain"})
"""Media types that Pact's engine reads without a plugin, beside JSON, XML, parts and images."""

_RENAMED: Final = "x-as-it-came-"
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VERSION: Final = re.compile(r"1(\.[01])?(\.0)?|[23](\.0){0,2}|4(\.[01])?(\.0)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner answered, as it came.

    Attributes:
        status: 100 to 599; 200 for a message.
        headers: Name and value, in their order.
        data: The body, decoded of what ``Content-Encoding`` says.
        metadata: Of a message.
        lost: Why the body is not known as it came; empty where it is.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    data: bytes = b""
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    lost: str = ""


def answer_of(response: Response, data: bytes | None = None, metadata: Mapping[str, JSON] | None = None) -> Answer:
    """Return a response as it came.

    Args:
        data: Its body; None where only its value is known, as of a recording.
        metadata: Of a message.
    """
    headers = tuple((name, str(value)) for name, value in response.headers.items())
    if data is not None:
        return Answer(response.status, headers, data, metadata or {})
    known = written_body(response.body, str(response.headers.get("content-type", "")))
    whole = not isinstance(response.body, Raw) or response.body.get("bytes") == len(known)
    return Answer(response.status, headers, known, metadata or {}, "" if whole else "its body is not known as it came")


def data_of(body: JSON, media: str) -> tuple[bytes, str]:
    """Return a body that stands in a Pact file as it comes over the wire, and its media type.

    Version 4 wraps it in ``content``, ``contentType`` and ``encoded``. What claims to be Base64 and is none stands for itself.

    Args:
        media: As the headers have it; empty where they do not.
    """
    encoded: JSON = False
    if isinstance(body, dict) and "content" in body and body.keys() <= {"content", "contentType", "encoded", "contentTypeHint"}:
        media, encoded, body = str(body.get("contentType") or media), body.get("encoded"), body["content"]
    if body is None or body == "":
        return b"", media
    if isinstance(body, str) and encoded not in (False, None):
        with contextlib.suppress(ValueError):
            return base64.b64decode(body), media
    if isinstance(body, str) and not is_json(media_of(media)):
        return body.encode(), media
    return json.dumps(body).encode(), media or "application/json"


@dataclass(frozen=True, slots=True)
class Match:
    """What the engine says of one interaction.

    Attributes:
        interaction: Its id.
        mismatches: What is not, each with its place, in words; in the order of their places.
        places: Where, for each of *mismatches*: ``status``, ``header X-A``, ``metadata topic``, ``$.a[0].b``.
        unsupported: Why nobody can tell; empty where the engine can.
        remark: What else has to be said, e.g. that a provider state was not taken down; may be empty.
    """

    interaction: str
    mismatches: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    unsupported: str = ""
    remark: str = ""

    @property
    def ok(self) -> bool:
        """Whether the answer is what the consumer reads."""
        return not self.mismatches and not self.unsupported


class Unsupported(str):
    """Why the engine cannot say something."""

    __slots__ = ()


def matched(interactions: Sequence[Interaction], answers: Sequence[Answer]) -> list[Match]:
    """Hold each answer against its interaction, and leave nothing running.

    Raises:
        UsageError: If pact-python is not installed, or does not work here.
    """
    with Engine() as engine:
        return engine.matched(interactions, answers)


class Engine:
    """Pact's engine, started when it is first needed; a context manager that ends it.

    Args:
        deadline: Seconds that it may take for one batch, and then for one answer.
    """

    def __init__(self, deadline: float = _DEADLINE) -> None:
        self._deadline = deadline
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Its process; None where none runs."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the engine's process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def matched(self, interactions: Sequence[Interaction], answers: Sequence[Answer]) -> list[Match]:
        """Hold each answer against its interaction, in their order.

        Raises:
            UsageError: If pact-python is not installed, or does not work here.
        """
        found: dict[int, Match] = {}
        for (version, key), numbers in _alike(interactions, answers, found).items():
            job = {"do": "match", "key": key, **_metadata(version)}
            cases = [_case(number, interactions[number], answers[number]) for number in numbers]
            for number, result in zip(numbers, self._results(job, "cases", cases), strict=True):
                found[number] = _match(interactions[number], result)
        return [found[number] for number in range(len(interactions))]

    def requests(
        self, interactions: Sequence[Interaction], values: Mapping[str, JSON] | None = None
    ) -> list[Request | Unsupported]:
        """Return what the engine would send for each call, its generators applied, in their order.

        Args:
            values: What the handler of the provider states returned, for generators that take it.

        Raises:
            UsageError: If pact-python is not installed, or does not work here.
        """
        found: dict[int, Request | Unsupported] = {}
        by_version: dict[str, list[int]] = {}
        for number, interaction in enumerate(interactions):
            by_version.setdefault(interaction.version, []).append(number)
        for version, numbers in by_version.items():
            job = {"do": "send", "key": "interactions", **_metadata(version), "values": dict(values or {})}
            asked = [_asked(interactions[number], bool(values)) for number in numbers]
            for number, result in zip(numbers, self._results(job, "interactions", asked), strict=True):
                found[number] = _as_request(interactions[number], result)
        return [found[number] for number in range(len(interactions))]

    def _results(self, job: Mapping[str, Any], key: str, cases: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return one result a case. What the engine does not survive is asked of each alone."""
        results: list[Mapping[str, Any]] = []
        for at in range(0, len(cases), _BATCH):
            some = cases[at : at + _BATCH]
            result = self._done({**job, key: some})
            if "results" in result:
                results += result["results"]
            else:
                results += [self._alone({**job, key: [case]}) for case in some] if len(some) > 1 else [result]
        return results

    def _alone(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        result = self._done(job)
        only: Mapping[str, Any] = result["results"][0] if "results" in result else result
        return only

    def _done(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        process = self._process or self._started()
        timer = threading.Timer(self._deadline, process.kill)
        timer.start()
        try:
            return self._told(process, json.dumps(job).encode() + b"\n")
        finally:
            timer.cancel()
            timer.join()

    def _told(self, process: subprocess.Popen[bytes], line: bytes) -> Mapping[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        told = b""
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(line)
            process.stdin.flush()
            told = process.stdout.readline()
        if told.endswith(b"\n"):
            result: Mapping[str, Any] = json.loads(told)
            return result
        self.close()
        return {"failed": f"it broke off, or did not come to an end in {self._deadline:g} s"}

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment |= {"PACT_DO_NOT_TRACK": "true", "NO_PROXY": "*", "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = process = subprocess.Popen(
            [sys.executable, "-P", "-m", "cxcontracts.running.pact_engine"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that Ctrl-C is ours to answer
        )
        assert process.stdout is not None
        told = process.stdout.readline()
        missing = json.loads(told).get("missing", "") if told else "its process did not start"
        if missing:
            self.close()
            raise UsageError(f"Pact files need pact-python ({missing}); run: pip install 'cxcontracts[pact]'")
        return process


# --- to the engine ------------------------------------------------------------------------------------------------------------


def unsupported(interaction: Interaction) -> str:
    """Return why the engine cannot judge an interaction; empty where it can."""
    if interaction.version and not _VERSION.fullmatch(interaction.version):
        return f"version {harmless_line(interaction.version, 20)} of the Pact specification is not known"
    named = _plugin(interaction)
    return f"it needs a plugin of Pact ({harmless_line(named, 60)}), and none is run" if named else ""


def _plugin(interaction: Interaction) -> str:
    """Return the plugin that an interaction needs: by its own word, or because its file names one and Pact reads no such body."""
    written = interaction.written
    configured, transport = written.get("pluginConfiguration"), str(written.get("transport") or "http")
    if configured or transport not in ("http", "message"):
        return ", ".join(configured) if isinstance(configured, dict) and configured else transport
    foreign = any(not _is_read_by_pact(media) for media in _media_types(written))
    return ", ".join(interaction.plugins) if foreign else ""


def _media_types(written: Mapping[str, JSON]) -> Iterator[str]:
    """Yield the media type of each body, or of the contents of each message."""
    responses = written.get("response")
    for part in (written, written.get("request"), *(responses if isinstance(responses, list) else [responses])):
        if isinstance(part, dict):
            headers = part.get("headers")
            said = headers.items() if isinstance(headers, dict) else ()
            named = next((value for name, value in said if name.lower() == "content-type"), "")
            data, media = data_of(
                part.get("body", part.get("contents")), str(named[0] if isinstance(named, list) and named else named)
            )
            if data:
                yield media_of(media)


def _is_read_by_pact(media: str) -> bool:
    return (
        is_json(media) or media.endswith(("/xml", "+xml")) or media.startswith(("multipart/", "image/")) or media in _READ_BY_PACT
    )


def _alike(
    interactions: Sequence[Interaction], answers: Sequence[Answer], found: dict[int, Match]
) -> Mapping[tuple[str, str], list[int]]:
    """Return interactions that one file can hold, by version and list; what the engine cannot judge goes to *found*."""
    alike: dict[tuple[str, str], list[int]] = {}
    for number, (interaction, answer) in enumerate(zip(interactions, answers, strict=True)):
        why = unsupported(interaction) or _unreadable(interaction, answer)
        if why:
            found[number] = Match(interaction.id, unsupported=why)
        else:
            key = "messages" if interaction.type == ASYNCHRONOUS and not interaction.version.startswith("4") else "interactions"
            alike.setdefault((interaction.version, key), []).append(number)
    return alike


def _unreadable(interaction: Interaction, answer: Answer) -> str:
    """Return why an answer cannot be replayed: the engine passes over headers that are not ASCII, and takes no 1xx."""
    if answer.lost:
        return answer.lost
    response = interaction.written.get("response")
    headers = response.get("headers") if isinstance(response, dict) else None
    read = {name.lower() for name in headers} if isinstance(headers, dict) else set()
    odd = next((name for name, value in answer.headers if name.lower() in read and not value.isascii()), None)
    if odd is not None:
        return f"the header {odd} is not ASCII, and pact's engine does not read it"
    return f"an answer {answer.status} is none that pact's engine takes" if not 200 <= answer.status <= 599 else ""


def _asked(interaction: Interaction, stateful: bool) -> Mapping[str, Any]:
    """Return an interaction of which only the request counts."""
    kind = {"type": interaction.type} if interaction.version.startswith("4") else {}
    state = {"providerStates": [{"name": "values"}]} if stateful else {}
    request = {"request": interaction.written["request"], "response": {"status": 200}}
    return {**kind, **state, **request, "description": interaction.description}


def _metadata(version: str) -> Mapping[str, Any]:
    return {"metadata": {"pactSpecification": {"version": version}} if version else {}}


def _case(number: int, interaction: Interaction, answer: Answer) -> Mapping[str, Any]:
    if interaction.type != ASYNCHRONOUS and interaction.type != SYNCHRONOUS:
        return {"at": f"/{number}", "expected": _expected_call(number, interaction), "answer": _replayed(answer)}
    kept = ("type", "contents", "metadata", "metaData", "matchingRules", "request", "response")
    expected = {key: interaction.written[key] for key in kept if key in interaction.written}
    carried = base64.b64encode(json.dumps(dict(answer.metadata)).encode()).decode()
    told = Answer(200, (*answer.headers, ("Pact-Message-Metadata", carried)), answer.data)
    return {"at": f"#{number}", "expected": {**expected, "description": f"#{number}"}, "answer": _replayed(told)}


def _expected_call(number: int, interaction: Interaction) -> Mapping[str, Any]:
    """Return an interaction whose request leads to what was captured."""
    written = interaction.written["response"]
    response = {key: written[key] for key in ("status", "body", "matchingRules") if key in written}
    headers = written.get("headers")
    if isinstance(headers, dict):
        response["headers"] = {_as_replayed(name): value for name, value in headers.items()}
        response["matchingRules"] = _rules_as_replayed(response.get("matchingRules"))
    kind = {"type": interaction.type} if interaction.version.startswith("4") else {}
    return {**kind, "description": f"#{number}", "request": {"method": "GET", "path": f"/{number}"}, "response": response}


def _as_replayed(name: str) -> str:
    return _RENAMED + name if name.lower() in _OF_THE_CONNECTION else name


def _rules_as_replayed(rules: JSON) -> JSON:
    """Return matching rules under the names that headers have when they are replayed, of every version."""
    if not isinstance(rules, dict):
        return {}
    found: dict[str, JSON] = {}
    for key, value in rules.items():
        if key == "header" and isinstance(value, dict):
            value = {_as_replayed(name): rule for name, rule in value.items()}
        flat = re.fullmatch(r"(\$\.headers?\.|\$\.headers?\[['\"]|\$\['headers?'\]\[['\"])([\w-]+)(.*)", key)
        found[flat[1] + _as_replayed(flat[2]) + flat[3] if flat else key] = value
    return found


def _replayed(answer: Answer) -> Mapping[str, Any]:
    headers = [(_as_replayed(name), re.sub(r"[\r\n\0]", " ", value)) for name, value in answer.headers if _NAME.fullmatch(name)]
    return {"status": answer.status, "headers": headers, "data": base64.b64encode(answer.data).decode()}


# --- from the engine ----------------------------------------------------------------------------------------------------------


def _why(result: Mapping[str, Any]) -> str:
    return harmless_line(str(result.get("failed") or result.get("broken")))


def _match(interaction: Interaction, result: Mapping[str, Any]) -> Match:
    if "mismatches" not in result:
        return Match(interaction.id, unsupported=f"pact's engine cannot judge it: {_why(result)}")
    told = sorted({_in_words(mismatch) for mismatch in result["mismatches"]})
    if result["more"]:
        told.append(("", f"and {result['more']} more"))
    return Match(interaction.id, tuple(words for _, words in told), tuple(place for place, _ in told))


def _in_words(mismatch: Mapping[str, str]) -> tuple[str, str]:
    """Return where something is not as it is read, and what is said of it."""
    place = harmless_line(_place(mismatch), 200)
    said, actual, expected = (mismatch.get(name, "").replace(_RENAMED, "") for name in ("mismatch", "actual", "expected"))
    equal = " to be equal to " in said or mismatch["type"] in ("StatusMismatch", "BodyTypeMismatch")
    if equal and actual and expected and len(actual) + len(expected) < 200:
        return place, harmless_line(f"{place} is {actual}, not {expected}")
    return place, harmless_line(f"{place}: {said}")


def _place(mismatch: Mapping[str, str]) -> str:
    match mismatch["type"]:
        case "StatusMismatch":
            return "status"
        case "HeaderMismatch":
            return f"header {mismatch.get('key', '').removeprefix(_RENAMED)}"
        case "MetadataMismatch":
            return f"metadata {mismatch.get('key', '')}"
        case "BodyTypeMismatch":
            return "content type"
    return mismatch.get("path", "body")


def _as_request(interaction: Interaction, result: Mapping[str, Any]) -> Request | Unsupported:
    if "target" not in result:
        return Unsupported(f"pact's engine makes no request of it: {_why(result)}")
    path, _, query = result["target"].partition("?")
    headers: dict[str, str] = {}
    for name, value in result["headers"]:
        if name == "content-type" or (name in interaction.headers and name not in _OF_THE_CONNECTION | {"host"}):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    data = base64.b64decode(result["data"])
    if data:
        _, media = data_of(interaction.written["request"].get("body"), headers.get("content-type", ""))
        headers |= {"content-type": media} if media else {}
    body = read_body(data, headers.get("content-type", ""))
    if isinstance(body, Raw):
        try:
            body = Raw({**body, "text": data.decode()}, body.why)
        except UnicodeDecodeError:
            return Unsupported("its request has a body that is no text, and such are not sent")
    return Request(result["method"], path or "/", tuple(parse_qsl(query, keep_blank_values=True)), headers, body)
