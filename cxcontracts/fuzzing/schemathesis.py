"""What Schemathesis adds: its coverage cases and its random ones inside a space, and its whole engine for whoever asks for it.

This is the only module that imports it, and it does so when it is called. Its engine and its coverage cases are no public
interface of it: a test names every part that is used here. It is given a configuration each time, so that no
``schemathesis.toml`` changes a run; hooks that the environment names are not loaded; nothing is written to the disk; nothing is
registered for the whole process. It sends nothing itself: its requests come out at :func:`deep`'s *send*.

Whoever installs it has its pytest plugin as well, which pytest loads by itself: some 1 s of CPU in every test run of that
environment, and fixtures and options of its own. ``-p no:schemathesis`` keeps it out.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

import orjson

from cxcontracts import formats
from cxcontracts.bodies import read_body, written_body
from cxcontracts.containment.sets import Schema
from cxcontracts.errors import UsageError
from cxcontracts.exchanges import JSON, NO_BODY, Request, Response
from cxcontracts.fuzzing.plan import Variation
from cxcontracts.fuzzing.space import Space
from cxcontracts.walks import Purpose, Sighting, Trouble

ABOUT: Final = "deep"
"""What a sighting of the whole engine is about."""

_MISSING: Final = "schemathesis is not installed; run: pip install 'cxcontracts[fuzz]'"
_LOADED_AT: Final = "/cxcontracts-contract.json"
_CASE: Final = "x-schemathesis-testcaseid"
_NOT_SENT: Final = frozenset({"host", "content-length", "user-agent", "accept-encoding", "connection", _CASE})
_NOT_ANSWERED: Final = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"})
_BOUNDARY: Final = re.compile(r'boundary="?([^";]+)')
_ONE_BOUNDARY: Final = "cxcontracts-part"
"""What parts of a form the parts of every form, for werkzeug draws another each time."""
_DOWN: Final = 503
"""What the engine is told where nothing came back; what it says of that is not listened to."""

_ALIKE: Final[Mapping[str, JSON]] = {
    "suppress-health-check": ["all"],
    "cache": {"enabled": False},
    "analysis": {"constants": {"enabled": False}},
    "auth": {"auto-signup": False},
    "continue-on-failure": True,
    "workers": 1,
}
"""What makes two runs send the same, and keeps them off the disk."""
_PHASES: Final[Mapping[str, Mapping[str, JSON]]] = {
    "coverage": {"unexpected-methods": [], "extra-data-sources": {"responses": False}},
    "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
}
_RESENDING: Final = ("ignored_auth", "object_level_authorization", "unsupported_method")
"""Checks that send calls of their own, without our login or with another method."""


def coverage_cases(space: Space) -> Iterator[Variation]:
    """Yield Schemathesis' positive coverage cases, as wave 3: what it thinks of that ``edges`` does not.

    They are cases of the call narrowed to what customers are promised to be taken and the contract takes, and begin at the
    working call. They do not depend on a seed. Where that leaves nothing, there is none.

    Raises:
        UsageError: If Schemathesis is not installed.
    """
    library = _library()
    with _alone():
        from schemathesis.generation.drivers import CoverageGenerator
        from schemathesis.generation.feedback import NO_FEEDBACK
        from schemathesis.generation.overrides import Override

        operation, config = _narrowed(library, space, 0)
        if operation is None:
            return
        generator = CoverageGenerator(
            operation=operation,
            generation_modes=[library.GenerationMode.POSITIVE],
            generation_config=config.generation_for(operation=operation, phase="coverage"),
            auth_storage=None,
            override=Override(),
            feedback=NO_FEEDBACK,
        )
        cases = [(case.body, str(case.meta.phase.data.description)) for case in generator]
    for body, description in cases:
        yield Variation(_varied(space, body), 3, f"a case of Schemathesis: {description[:1].lower()}{description[1:]}")


def random_cases(space: Space, seed: int, most: int = 200) -> Iterator[Variation]:
    """Yield calls drawn by chance, as wave 4: the same for the same seed.

    Args:
        most: How many are drawn; some come twice, or leave the space once what nobody can type is taken out of their texts.

    Raises:
        UsageError: If Schemathesis is not installed.
    """
    library = _library()
    with _alone():
        import hypothesis
        from hypothesis.errors import Unsatisfiable

        operation, _ = _narrowed(library, space, seed)
        if operation is None:
            return
        drawn: list[JSON] = []

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=most,
            deadline=None,
            database=None,
            derandomize=False,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
            verbosity=hypothesis.Verbosity.quiet,
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=library.GenerationMode.POSITIVE))
        def draw(case: Any) -> None:
            drawn.append(case.body)

        try:
            draw()
        except Unsatisfiable:
            return
    for body in drawn:
        yield Variation(_varied(space, _typed(body)), 4, f"drawn by chance, with seed {seed}")


class Came(Protocol):
    """What came of one request."""

    @property
    def request(self) -> Request:
        """As it was sent, or would have been."""

    @property
    def response(self) -> Response | None:
        """What came back; None where nothing did."""

    @property
    def trouble(self) -> Trouble | None:
        """Why it says nothing of what the partner promises; None where it does."""

    @property
    def why(self) -> str:
        """The trouble in words."""

    @property
    def at(self) -> datetime:
        """When it was sent."""

    @property
    def seconds(self) -> float:
        """How long it took."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What Schemathesis says against one answer.

    Attributes:
        check: The name of its check.
        title, message: Its words.
        pointer: The names and positions that lead to the spot in the body; empty for the whole answer.
    """

    check: str
    title: str
    message: str
    pointer: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Probed:
    """One call of the whole engine.

    Attributes:
        operation: ``METHOD /path`` as the contract has it.
        sighting: What was seen.
        valid: Whether the request keeps to the contract; False for one that is meant to be refused.
        complaints: What it says against the answer; empty where the answer says nothing of the partner.
    """

    operation: str
    sighting: Sighting
    valid: bool
    complaints: tuple[Complaint, ...]


def deep(
    document: Mapping[str, JSON],
    send: Callable[[Request], Came],
    operations: Mapping[tuple[str, str], str],
    *,
    seed: int,
    examples: int = 100,
) -> Iterator[Probed]:
    """Yield what Schemathesis' whole engine sees: valid calls and invalid ones, one at a time and one after another.

    It stops when a call comes back as :attr:`~cxcontracts.walks.Trouble.SPENT`. How many it sends is for *send* to limit: its own
    number of examples is one a phase and operation.

    Args:
        document: The partner's contract as JSON, without references to other files. Its servers do not count.
        send: Sends one request; its path begins where those of the contract do.
        operations: Upper-case method and path as the contract has them to the step that is sighted, or to nothing: all others
            are left alone.
        examples: How many examples it makes of an operation.

    Raises:
        UsageError: If Schemathesis is not installed, or cannot read the document.
    """
    door = _Door(document, send)
    library = _library()
    with _alone():
        from schemathesis.engine import events, from_schema
        from schemathesis.errors import LoaderError

        config = library.Config.from_dict(_config(seed, "all", examples))
        try:
            schema = library.openapi.from_wsgi(_LOADED_AT, door, config=config)
        except LoaderError as error:
            raise UsageError(f"schemathesis cannot read the contract: {error}; leave --deep out") from error
        schema = schema.include(lambda context: (context.operation.method.upper(), context.operation.path) in operations)
        stream = from_schema(schema).execute()
        try:
            for event in stream:
                if isinstance(event, events.FatalError):
                    raise UsageError(f"schemathesis cannot go on: {event.exception}; leave --deep out") from event.exception
                if isinstance(event, events.ScenarioFinished):
                    yield from _probed(event.recorder, door, operations)
                    if door.spent:
                        return
        finally:
            stream.stop()
            for _ in stream:
                pass


def _probed(recorder: Any, door: _Door, operations: Mapping[tuple[str, str], str]) -> Iterator[Probed]:
    for id in recorder.interactions:
        came = door.taken(id)
        node = recorder.cases.get(id)
        if came is None or node is None:
            continue
        case = node.value
        operation = (case.operation.method.upper(), case.operation.path)
        sighting = Sighting(
            operations.get(operation, ""), came.request, came.response, came.trouble, came.why, came.at, came.seconds,
            purpose=Purpose.FUZZ, about=ABOUT,
        )  # fmt: skip
        heard = recorder.checks.get(id, ()) if came.trouble is None else ()
        failures = [(check.name, check.failure_info.failure) for check in heard if check.failure_info is not None]
        complaints = tuple(
            Complaint(name, failure.title, failure.message, tuple(getattr(failure, "instance_path", None) or ()))
            for name, failure in failures
        )
        valid = case.meta is None or case.meta.generation.mode.value == "positive"
        yield Probed(" ".join(operation), sighting, valid, complaints)


class _Door:
    """A WSGI application that hands each request on, and remembers what came of it by the id that Schemathesis gives a case."""

    def __init__(self, document: Mapping[str, JSON], send: Callable[[Request], Came]) -> None:
        self._document = orjson.dumps(_without_servers(document))
        self._send = send
        self._came: dict[str, Came] = {}
        self._lock = threading.Lock()
        self.spent = False

    def taken(self, id: str) -> Came | None:
        """Return what came of a case, once."""
        with self._lock:
            return self._came.pop(id, None)

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        if environ.get("PATH_INFO") == _LOADED_AT:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [self._document]
        if self.spent:  # what is seen of an operation comes when it is through with that
            start_response(f"{_DOWN} Nothing is sent", [])
            return []
        came = self._send(_request(environ))
        with self._lock:
            self._came[environ.get("HTTP_X_SCHEMATHESIS_TESTCASEID", "")] = came
            self.spent = came.trouble is Trouble.SPENT
        if came.response is None:
            start_response(f"{_DOWN} Nothing came", [])
            return []
        headers = {name: str(value) for name, value in came.response.headers.items() if name not in _NOT_ANSWERED}
        start_response(f"{came.response.status} Came", list(headers.items()))
        return [_answered(came.response)]


def _request(environ: Mapping[str, Any]) -> Request:
    """Return a WSGI request as one of ours."""
    path = urlsplit(environ.get("RAW_URI") or environ["PATH_INFO"]).path
    names = {key.removeprefix("HTTP_").replace("_", "-").lower(): str(value) for key, value in environ.items() if _is_header(key)}
    headers = {name: value for name, value in names.items() if name not in _NOT_SENT and value}
    query = tuple(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    data = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    drawn = _BOUNDARY.search(headers.get("content-type", ""))
    if drawn is not None:
        headers["content-type"] = headers["content-type"].replace(drawn[1], _ONE_BOUNDARY)
        data = data.replace(drawn[1].encode(), _ONE_BOUNDARY.encode())
    return Request(environ["REQUEST_METHOD"], path, query, headers, read_body(data, headers.get("content-type", "")))


def _is_header(key: str) -> bool:
    return key.startswith("HTTP_") or key == "CONTENT_TYPE"


def _answered(response: Response) -> bytes:
    media = str(response.headers.get("content-type", "application/json"))
    try:
        return written_body(response.body, media)
    except ValueError:
        return orjson.dumps(response.body)


def _without_servers(document: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return a contract without the servers of anything that is called: paths begin at themselves."""
    paths = document.get("paths")
    plain: dict[str, JSON] = {
        path: {name: _but_servers(below) for name, below in item.items() if name != "servers"}
        if isinstance(item, Mapping)
        else item
        for path, item in (paths.items() if isinstance(paths, Mapping) else ())
    }
    swagger = ("host", "basePath", "schemes")
    return {**{name: value for name, value in document.items() if name not in ("servers", *swagger)}, "paths": plain}


def _but_servers(written: JSON) -> JSON:
    return {name: value for name, value in written.items() if name != "servers"} if isinstance(written, Mapping) else written


# --- the call, narrowed -------------------------------------------------------------------------------------------------------


def _narrowed(library: Any, space: Space, seed: int) -> tuple[Any, Any]:
    """Return an operation that takes an object of the space's fields, and its configuration; None where there is no field."""
    if not space.fields:
        return None, None
    document = {
        "openapi": "3.1.0",
        "info": {"title": "narrowed", "version": "1"},
        "paths": {
            "/call": {
                "post": {
                    "requestBody": {"required": True, "content": {"application/json": {"schema": narrowed_schema(space)}}},
                    "responses": {"default": {"description": "any"}},
                }
            }
        },
    }
    config = library.Config.from_dict(_config(seed, "positive", 1))
    schema = library.openapi.from_dict(document, config=config)
    return schema["/call"]["POST"], schema.config


def narrowed_schema(space: Space) -> dict[str, JSON]:
    """Return what a call may send as one closed object, by name of field: what is promised and, where it is known, taken.

    Each field has its value in the working call as the example, which is where coverage cases begin.
    """
    properties: dict[str, JSON] = {}
    for each in space.fields:
        meant = [formats.rewritten(schema) for schema in (each.schema, each.accepted) if schema is not True]
        whole: Schema = meant[0] if len(meant) == 1 else {"allOf": meant} if meant else {}
        described = dict(whole) if isinstance(whole, Mapping) else {"allOf": [whole]}
        properties[each.name] = described if each.sample is NO_BODY else {**described, "examples": [each.sample]}
    required = [each.name for each in space.fields if each.sample is not NO_BODY]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _varied(space: Space, body: JSON) -> dict[str, JSON]:
    sample = space.sample
    sent = body if isinstance(body, Mapping) else {}
    return {name: value for name, value in sent.items() if name not in sample or _dumped(sample[name]) != _dumped(value)}


def _dumped(value: JSON) -> str:
    return json.dumps(value, sort_keys=True)


def _typed(value: JSON) -> JSON:
    """Return a value as somebody would type it: whole numbers without a point, texts of what one can see."""
    if isinstance(value, Mapping):
        return {name: _typed(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return "".join(filter(str.isprintable, value)) if isinstance(value, str) else value


# --- the library --------------------------------------------------------------------------------------------------------------


def _config(seed: int, mode: str, examples: int) -> dict[str, JSON]:
    generation = {"mode": mode, "max-examples": examples, "database": "none", "allow-x00": False}
    stateful = {"stateful": {"enabled": mode == "all"}}
    checks = {name: {"enabled": False} for name in _RESENDING}
    return {**_ALIKE, "seed": seed, "generation": generation, "phases": {**_PHASES, **stateful}, "checks": checks}


def insist_on_library() -> None:
    """Refuse to begin what needs Schemathesis where it is not installed.

    Raises:
        UsageError: If it is not.
    """
    if find_spec("schemathesis") is None:
        raise UsageError(_MISSING)


def _library() -> Any:
    try:
        import schemathesis
    except ImportError as error:
        raise UsageError(_MISSING) from error
    return schemathesis


_USING: Final = threading.Lock()
"""Held by who uses the library: what it is told to keep to itself is the whole process's."""


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the library to itself: no hooks that the environment names, and what Hypothesis writes is thrown away.

    Where an app runs in this process and draws from :mod:`random` meanwhile, Hypothesis takes it for a strategy, and would warn.
    """
    from hypothesis import configuration

    with _USING, tempfile.TemporaryDirectory(prefix="cxcontracts-", ignore_cleanup_errors=True) as folder:
        warnings.filterwarnings("ignore", r"Do not use the `random` module inside strategies")
        hooks = os.environ.pop("SCHEMATHESIS_HOOKS", None)
        home = vars(configuration)["__hypothesis_home_directory"]
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(home)
            if hooks is not None:
                os.environ["SCHEMATHESIS_HOOKS"] = hooks
