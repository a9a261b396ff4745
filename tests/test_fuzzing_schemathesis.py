"""The adapter, against the library itself. It is an extra: where it is not installed, these tests have nothing to look at."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import textwrap
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.documents import parse
from cxcontracts.errors import UsageError
from cxcontracts.exchanges import JSON, NO_BODY, Request, Response
from cxcontracts.fuzzing import schemathesis as adapter
from cxcontracts.fuzzing.plan import Variation, Waves
from cxcontracts.fuzzing.space import Field, Space, space_of
from cxcontracts.walks import Purpose, Trouble
from tests.shop import DOCUMENT, Shop, scenes

ORDERS = {("POST", "/orders"): "order"}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The library, in an empty folder and without a network."""
    try:
        import schemathesis
    except ImportError:
        if os.environ.get("CX_REQUIRE_ALL") == "1":
            raise
        pytest.skip("schemathesis is not installed")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def connect(*_: object) -> None:
        raise AssertionError("it opens a connection of its own")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return schemathesis


@pytest.fixture
def spaces(tmp_path: Path) -> list[Space]:
    return [space_of(scene, {}) for scene in scenes(tmp_path)]


def written(variations: list[Variation]) -> list[str]:
    return [json.dumps([each.varied, each.wave, each.because], sort_keys=True) for each in variations]


# --- cases --------------------------------------------------------------------------------------------------------------------


def test_coverage_cases_begin_at_the_working_call_and_stay_in_the_space(library: Any, spaces: list[Space]) -> None:
    for space in spaces:
        found = list(adapter.coverage_cases(space))
        assert [each for each in found if not space.admits(each.varied)] == []
        assert Counter(len(each.varied) for each in found)[1] >= len(found) - 1
        assert {each.wave for each in found} == {3}


def test_cases_are_the_same_for_the_same_seed_and_only_random_ones_depend_on_it(library: Any, spaces: list[Space]) -> None:
    def waves(seed: int) -> tuple[list[str], list[str]]:
        found = [
            list(Waves(space, lambda space=space: chain(adapter.coverage_cases(space), adapter.random_cases(space, seed, 40))))  # type: ignore[misc]
            for space in spaces
        ]
        planned = [each for one in found for each in one if each.wave < 4]
        drawn = [each for one in found for each in one if each.wave == 4]
        return written(planned), [json.dumps(each.varied, sort_keys=True) for each in drawn]

    first, again, other = waves(7), waves(7), waves(8)
    assert first == again
    assert first[0] == other[0]
    assert first[1] != other[1]


def test_all_waves_stay_in_the_space(library: Any, spaces: list[Space]) -> None:
    for space in spaces:
        found = list(Waves(space, lambda space=space: chain(adapter.coverage_cases(space), adapter.random_cases(space, 3, 60))))  # type: ignore[misc]
        assert [each for each in found if not space.admits(each.varied)] == []
        assert [each.wave for each in found] == sorted(each.wave for each in found)
        assert 4 in {each.wave for each in found}


def test_a_text_that_is_drawn_holds_nothing_that_nobody_can_type(library: Any) -> None:
    space = Space((Field("text", {"type": "string"}, "a", ("body",)),))
    assert [each for each in adapter.random_cases(space, 1, 60) if not str(each.varied.get("text", "")).isprintable()] == []


def test_what_the_contract_does_not_take_is_in_no_case_that_it_makes(library: Any) -> None:
    narrow = Field("n", {"type": "integer", "minimum": 0, "maximum": 99}, 5, ("body",), accepted={"allOf": [{"maximum": 9}]})
    found = [*adapter.coverage_cases(Space((narrow,))), *adapter.random_cases(Space((narrow,)), 1, 30)]
    assert {each.varied.get("n", 5) for each in found} >= {0, 9}
    assert max(each.varied.get("n", 5) for each in found) == 9


def test_a_call_that_varies_in_nothing_has_no_cases(library: Any) -> None:
    assert [*adapter.coverage_cases(Space(())), *adapter.random_cases(Space(()), 1)] == []


# --- the whole engine ---------------------------------------------------------------------------------------------------------


@dataclass
class Came:
    request: Request
    response: Response | None
    trouble: Trouble | None = None
    why: str = ""
    at: datetime = datetime(2031, 5, 17, tzinfo=UTC)
    seconds: float = 0.01


@dataclass
class Line:
    """What takes calls to a shop, and remembers them."""

    shop: Shop
    limit: int = 100_000
    sent: list[Request] = field(default_factory=list)
    asked: int = 0

    def __call__(self, request: Request) -> Came:
        self.asked += 1
        if len(self.sent) >= self.limit:
            return Came(request, None, Trouble.SPENT, "the budget is used up")
        self.sent.append(request)
        status, body = self.shop.answer(
            request.method, request.path, dict(request.query) if request.body is NO_BODY else request.body
        )
        return Came(request, Response(status, {"content-type": "application/json"}, body))


def document() -> JSON:
    return parse(DOCUMENT.encode(), "openapi.yaml").value


def probe(line: Callable[[Request], Came], seed: int = 1, examples: int = 15, **more: Any) -> list[adapter.Probed]:
    return list(adapter.deep(document(), line, more.get("operations", ORDERS), seed=seed, examples=examples))


def test_the_engine_sends_all_through_the_given_line_and_each_call_is_sighted_once(library: Any) -> None:
    line = Line(Shop())
    probed = probe(line)
    assert [id(each.sighting.request) for each in probed] == [id(request) for request in line.sent]
    assert {each.sighting.step for each in probed} == {"order"}
    assert {(each.sighting.purpose, each.sighting.about) for each in probed} == {(Purpose.FUZZ, "deep")}
    assert {(each.operation, each.valid) for each in probed} == {("POST /orders", True), ("POST /orders", False)}


def test_operations_that_are_not_named_and_methods_that_are_not_declared_are_left_alone(library: Any) -> None:
    line = Line(Shop())
    probe(line)
    assert {(request.method, request.path) for request in line.sent} == {("POST", "/orders")}


def test_the_same_seed_sends_the_same_and_another_seed_does_not(library: Any) -> None:
    lines = [Line(Shop()) for _ in range(3)]
    for line, seed in zip(lines, (1, 1, 2), strict=True):
        probe(line, seed, operations={**ORDERS, ("GET", "/quote"): "quote"})
    first, again, other = (line.sent for line in lines)
    assert first == again
    assert first != other


def test_a_fault_is_complained_of_with_its_place(library: Any) -> None:
    found = [
        complaint
        for each in probe(Line(Shop("status_pending")))
        for complaint in each.complaints
        if each.sighting.exchange is not None
    ]
    assert ("response_schema_conformance", ("status",)) in {(each.check, each.pointer) for each in found}


def test_it_stops_when_the_budget_is_spent(library: Any) -> None:
    line = Line(Shop(), limit=20)
    probed = probe(line)
    assert (len(line.sent), line.asked) == (20, 21)
    assert [each.sighting.trouble for each in probed] == [None] * 20 + [Trouble.SPENT]


def test_what_did_not_come_back_is_no_fault_of_the_partner(library: Any) -> None:
    probed = probe(lambda request: Came(request, None, Trouble.UNREACHABLE, "connection refused"))
    assert probed
    assert [each.complaints for each in probed if each.complaints] == []


def test_who_stops_listening_stops_it(library: Any) -> None:
    line = Line(Shop())
    calls = adapter.deep(document(), line, ORDERS, seed=1, examples=15)
    assert len(list(islice(calls, 3))) == 3
    assert isinstance(calls, Iterator)
    calls.close()  # type: ignore[attr-defined]
    assert len(line.sent) < len(probe(Line(Shop())))


def test_servers_of_the_document_are_never_called(library: Any) -> None:
    elsewhere = [{"url": "https://elsewhere.example/v9"}]
    whole = document()
    whole["servers"] = elsewhere
    whole["paths"]["/orders"]["servers"] = elsewhere
    whole["paths"]["/orders"]["post"]["servers"] = elsewhere
    line = Line(Shop())
    list(adapter.deep(whole, line, ORDERS, seed=1, examples=2))
    assert {request.path for request in line.sent} == {"/orders"}


def test_it_signs_nobody_up(library: Any) -> None:
    whole = document()
    said = {"username": {"type": "string"}, "password": {"type": "string"}}
    taken = {"content": {"application/json": {"schema": {"type": "object", "required": list(said), "properties": said}}}}
    token = {"type": "object", "required": ["access_token"], "properties": {"access_token": {"type": "string"}}}
    answered = {"200": {"description": "ok", "content": {"application/json": {"schema": token}}}}
    for path in ("/register", "/login"):
        whole["paths"][path] = {"post": {"operationId": path[1:], "requestBody": taken, "responses": answered}}
    whole["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    whole["paths"]["/orders"]["post"]["security"] = [{"bearer": []}]
    sent: list[Request] = []

    def answer(request: Request) -> Came:
        sent.append(request)
        return Came(request, Response(200, {"content-type": "application/json"}, {"access_token": "made-up"}))

    operations = {**ORDERS, ("POST", "/register"): "register", ("POST", "/login"): "login"}
    list(adapter.deep(whole, answer, operations, seed=1, examples=2))
    assert {request.path for request in sent} == {"/orders", "/register", "/login"}
    assert [request for request in sent if "made-up" in request.headers.get("authorization", "")] == []


def test_a_document_that_it_cannot_read_is_said(library: Any) -> None:
    with pytest.raises(UsageError, match="schemathesis cannot read the contract"):
        list(adapter.deep({"openapi": "9.9"}, Line(Shop()), ORDERS, seed=1))


# --- what it leaves behind ----------------------------------------------------------------------------------------------------


def test_the_environment_and_the_library_are_as_they_were(
    library: Any, spaces: list[Space], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hypothesis import configuration
    from schemathesis import auths, checks, hooks

    def state() -> list[object]:
        home = vars(configuration)["__hypothesis_home_directory"]
        return [
            list(checks.CHECKS.get_all_names()),
            repr(vars(hooks.GLOBAL_HOOK_DISPATCHER)),
            repr(auths.GLOBAL_AUTH_STORAGE),
            home,
        ]

    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "no_such_module_of_hooks")
    before = state()
    list(adapter.coverage_cases(spaces[0]))
    list(adapter.random_cases(spaces[0], 1, 10))
    probe(Line(Shop()), examples=2)
    assert state() == before
    assert os.environ["SCHEMATHESIS_HOOKS"] == "no_such_module_of_hooks"


def test_nothing_is_left_on_the_disk(library: Any, tmp_path: Path) -> None:
    code = """
        import os, pathlib, tempfile
        from cxcontracts.fuzzing import schemathesis as adapter
        from cxcontracts.fuzzing.space import space_of
        from tests.shop import Shop, scenes
        from tests.test_fuzzing_schemathesis import Line, probe

        with tempfile.TemporaryDirectory() as folder:
            space = space_of(next(scenes(pathlib.Path(folder))), {})
        list(adapter.coverage_cases(space))
        list(adapter.random_cases(space, 1, 10))
        probe(Line(Shop("status_pending")), examples=20)
        print(os.listdir())
    """
    path = os.pathsep.join(sys.path)
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": path},
        cwd=Path(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_a_configuration_file_in_the_folder_changes_nothing(library: Any, spaces: list[Space]) -> None:
    before = written(list(adapter.random_cases(spaces[1], 1, 10)))
    Path("schemathesis.toml").write_text("no-such-key = 1\n", encoding="utf-8")
    assert written(list(adapter.random_cases(spaces[1], 1, 10))) == before


def test_the_plan_does_not_import_it() -> None:
    code = "import sys, cxcontracts.fuzzing.plan, cxcontracts.fuzzing.minimal, cxcontracts.fuzzing.schemathesis as a; "
    code += "print([name for name in ('schemathesis', 'hypothesis', 'requests') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_where_it_is_not_installed_the_remedy_is_named(spaces: list[Space], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    with pytest.raises(UsageError, match=r"pip install 'cxcontracts\[fuzz\]'"):
        list(adapter.coverage_cases(spaces[0]))
    with pytest.raises(UsageError, match=r"pip install 'cxcontracts\[fuzz\]'"):
        list(adapter.random_cases(spaces[0], 1))
    with pytest.raises(UsageError, match=r"pip install 'cxcontracts\[fuzz\]'"):
        list(adapter.deep(document(), Line(Shop()), ORDERS, seed=1))


# --- the parts of it that are not public --------------------------------------------------------------------------------------


def test_every_part_that_is_used_is_where_it_was(library: Any) -> None:
    import inspect

    from schemathesis.engine import events, from_schema
    from schemathesis.engine.recorder import CheckNode, Interaction, ScenarioRecorder
    from schemathesis.errors import LoaderError
    from schemathesis.generation.drivers import CoverageGenerator
    from schemathesis.generation.feedback import NO_FEEDBACK
    from schemathesis.generation.overrides import Override

    assert {"operation", "generation_modes", "generation_config", "auth_storage", "override", "feedback"} <= set(
        inspect.signature(CoverageGenerator).parameters
    )
    assert {"cases", "checks", "interactions"} <= set(
        ScenarioRecorder.__slots__ if hasattr(ScenarioRecorder, "__slots__") else ()
    )
    assert {"name", "failure_info"} <= set(CheckNode.__dataclass_fields__)
    assert {"request", "response"} <= set(Interaction.__dataclass_fields__)
    assert issubclass(LoaderError, Exception)
    assert all((NO_FEEDBACK, Override(), from_schema, events.FatalError, events.ScenarioFinished))
    assert library.openapi.from_wsgi and library.openapi.from_dict
    assert library.Config.from_dict(adapter._config(1, "all", 1)).seed == 1


def test_the_home_of_hypothesis_is_where_it_was() -> None:
    from hypothesis import configuration

    assert "__hypothesis_home_directory" in vars(configuration)


def test_what_draws_by_chance_beside_it_is_no_strategy(library: Any, spaces: list[Space]) -> None:
    # An app that runs in this process does so while another journey's values are drawn.
    done = threading.Event()

    def draws() -> None:
        while not done.is_set():
            random.random()

    beside = threading.Thread(target=draws)
    beside.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert list(adapter.random_cases(spaces[0], 1, 40))
    finally:
        done.set()
        beside.join()
