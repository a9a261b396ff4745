"""Answers held against Pact interactions by Pact's engine: its verdicts, in words, and nothing else of it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.documents import parse
from cxcontracts.errors import UsageError
from cxcontracts.exchanges import JSON, NO_BODY, Raw, Request, Response
from cxcontracts.pacts import interactions
from cxcontracts.running.matching import Answer, Engine, Match, answer_of, matched, unsupported
from tests.pacts_made import AS_JSON, answered, call, document, message, read

PNG: Mapping[str, Any] = {"contentType": "image/png", "encoded": "base64", "content": "iVBORw0KGgo="}
SYNCHRONOUS: Mapping[str, Any] = {
    "type": "Synchronous/Messages",
    "request": {"contents": {"contentType": "application/json", "encoded": False, "content": {"q": 1}}},
    "response": [{"contents": {"contentType": "application/json", "encoded": False, "content": {"a": 1}}}],
}


AS_CSV = (("Content-Type", "text/csv"),)


def matcher(match: str, **keys: JSON) -> Mapping[str, Any]:
    """Return one matching rule, as versions 3 and 4 write it."""
    return {"matchers": [{"match": match, **keys}]}


CATASTROPHE = call({"a": "x"}, rules={"body": {"$.a": matcher("regex", regex="(a+)+b")}})


def one(written: Mapping[str, Any], answer: Answer, *, version: str = "3.0.0", key: str = "interactions") -> Match:
    """Hold one answer against one interaction."""
    (match,) = matched(read(written, version=version, key=key), [answer])
    return match


def requested(request: Mapping[str, Any], *, version: str = "3.0.0", **values: JSON) -> Request:
    """Return what the engine makes of a request."""
    typed = {"type": "Synchronous/HTTP"} if version.startswith("4") else {}
    with Engine() as engine:
        (made,) = engine.requests(read({**typed, **call(request=request)}, version=version), values)
    assert isinstance(made, Request), made
    return made


# --- verdicts -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "answer", "mismatches"),
    [
        (call({"a": "B"}), answered({"a": "B", "more": 1}), ()),
        (call({"a": "B"}), answered({"a": "A"}), ('$.a is "A", not "B"',)),
        (call({"a": "B"}), answered({}), ("$: Actual map is missing the following keys: a",)),
        (call({"a": "B"}), answered({"a": "B"}, 201), ("status is 201, not 200",)),
        (call({"a": "B"}), Answer(200, AS_CSV, b"a"), ("content type is text/csv, not application/json",)),
        (call(headers={"X-A": "1"}), Answer(200, (("x-a", "2"),)), ('header X-A is 2, not 1',)),
        (call(headers={"X-A": "1"}), Answer(200), ("header X-A: Expected a header 'X-A' but was missing",)),
        (
            call([{"a": 1}], rules={"body": {"$[*].a": matcher("integer"), "$": matcher("type")}}),
            answered([{"a": 1}, {"a": "x"}]),
            ("$[1].a: Expected 'x' (String) to be an integer",),
        ),
    ],
)  # fmt: skip
def test_what_is_not_as_it_is_read_is_said_with_its_place(
    written: Mapping[str, Any], answer: Answer, mismatches: tuple[str, ...]
) -> None:
    assert one(written, answer).mismatches == mismatches


def test_a_status_can_be_one_of_several() -> None:
    rules = {"status": {"": {"matchers": [{"match": "statusCode", "status": "clientError"}]}}}
    written = {"type": "Synchronous/HTTP", **call(status=404, rules=rules)}

    matches = matched(read(written, written, version="4.0"), [Answer(410), Answer(500)])

    assert [(match.ok, match.places) for match in matches] == [(True, ()), (False, ("status",))]


@pytest.mark.parametrize(("version", "key"), [("3.0.0", "messages"), ("4.0", "interactions")])
def test_messages_are_held_against_contents_and_metadata(version: str, key: str) -> None:
    written = message({"a": 1}, {"topic": "x"}) if version == "4.0" else {"contents": {"a": 1}, "metaData": {"topic": "x"}}

    matches = [
        one(written, Answer(200, AS_JSON, json.dumps({"a": value}).encode(), {"topic": topic}), version=version, key=key)
        for value, topic in ((1, "x"), (2, "x"), (1, "y"))
    ]

    assert [match.mismatches for match in matches] == [(), ("$.a is 2, not 1",), ('metadata topic is "y", not "x"',)]


def test_a_message_that_is_answered_by_a_message_is_held_against_that() -> None:
    assert one(SYNCHRONOUS, answered({"a": 1}), version="4.0").ok
    assert one(SYNCHRONOUS, answered({"a": 2}), version="4.0").mismatches == ("$.a is 2, not 1",)


def test_versions_and_types_can_be_mixed_and_keep_their_order() -> None:
    mixed = (
        *read(call({"a": 1}), version="1.0.0"),
        *read({"contents": {"a": 1}}, version="3.0.0", key="messages"),
        *read(call({"a": 2}), version="2.0.0"),
        *read(message({"a": 1}), {"type": "Synchronous/HTTP", **call({"a": 1})}, version="4.0"),
        *read(call({"a": 2}), version=""),
    )

    matches = matched(mixed, [answered({"a": 1})] * len(mixed))

    assert [match.ok for match in matches] == [True, True, False, True, True, False]
    assert [match.interaction for match in matches] == [each.id for each in mixed]


@pytest.mark.parametrize("name", ["Connection", "Content-Length", "Transfer-Encoding", "Content-Encoding"])
@pytest.mark.parametrize("version", ["2.0.0", "3.0.0"])
def test_a_header_of_the_connection_is_held_as_it_came(name: str, version: str) -> None:
    rule = {"match": "regex", "regex": "[a-z0-9]+"}
    rules = {f"$.headers.{name}": rule} if version == "2.0.0" else {"header": {name: {"matchers": [rule]}}}
    written = call(headers={name: "x"}, rules=rules)

    assert one(written, Answer(200, ((name.lower(), "7a"),)), version=version).ok
    assert one(written, Answer(200, ((name.lower(), "7-A"),)), version=version).places == (f"header {name}",)


def test_a_header_that_comes_twice_is_both() -> None:
    written = call(headers={"Set-Cookie": ["a=1", "b=2"]})

    assert one(written, Answer(200, (("set-cookie", "a=1"), ("set-cookie", "b=2")))).ok


def test_a_body_that_is_no_text_is_held_as_its_bytes() -> None:
    rules = {"body": {"$": matcher("contentType", value="image/png")}}
    (written,) = read({"type": "Synchronous/HTTP", **call(PNG, rules=rules)}, version="4.0")
    png = (("Content-Type", "image/png"),)

    matches = matched([written] * 2, [Answer(200, png, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Answer(200, png, b"<html>")])

    assert [match.ok for match in matches] == [True, False]


def test_a_response_is_an_answer_as_far_as_its_body_is_known() -> None:
    headers = {"content-type": "application/json"}

    assert answer_of(Response(200, headers, {"a": 1})) == Answer(200, AS_JSON_LOWER, b'{"a":1}')
    assert answer_of(Response(204, {}, NO_BODY)) == Answer(204)
    assert answer_of(Response(200, {}, Raw({"media": "", "bytes": 2, "text": "hi"}))).data == b"hi"
    assert answer_of(Response(200, {}, {"a": 1}), b'{"a": 1.0}').data == b'{"a": 1.0}'
    assert one(call("x"), answer_of(Response(200, {}, Raw({"media": "image/png", "bytes": 9})))).unsupported == (
        "its body is not known as it came"
    )


AS_JSON_LOWER = (("content-type", "application/json"),)


# --- what is sent -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "version", "made"),
    [
        ({"path": "/a b/ü"}, "3.0.0", Request("GET", "/a%20b/%C3%BC")),
        ({"path": "/p%20q"}, "3.0.0", Request("GET", "/p%20q")),
        ({"path": ""}, "3.0.0", Request("GET", "/")),
        ({"path": "http://elsewhere.example/x"}, "3.0.0", Request("GET", "/http://elsewhere.example/x")),
        ({"path": "//elsewhere.example/x"}, "3.0.0", Request("GET", "/elsewhere.example/x")),
        ({"query": "a=1&a=x%20y&b="}, "2.0.0", Request("GET", "/thing", (("a", "1"), ("a", "x y"), ("b", "")))),
        ({"query": {"a": ["1", "2"]}}, "3.0.0", Request("GET", "/thing", (("a", "1"), ("a", "2")))),
        ({"headers": {"X": ["1", "2"], "Accept": "*/*"}}, "3.0.0", Request("GET", "/thing", (), {"x": "1, 2", "accept": "*/*"})),
        (
            {"method": "post", "body": {"a": 1.0}, "headers": {"Content-Type": "application/json"}},
            "3.0.0",
            Request("POST", "/thing", (), {"content-type": "application/json"}, {"a": 1.0}),
        ),
        (
            {"body": {"content": {"a": 1}, "contentType": "application/vnd.x+json", "encoded": False}},
            "4.0",
            Request("GET", "/thing", (), {"content-type": "application/vnd.x+json"}, {"a": 1}),
        ),
        (
            {"body": {"content": "YWJj", "contentType": "text/plain", "encoded": "base64"}},
            "4.0",
            Request("GET", "/thing", (), {"content-type": "text/plain"}, {"media": "text/plain", "bytes": 3, "text": "abc"}),
        ),
    ],
)  # fmt: skip
def test_a_request_is_what_pact_would_send(request_: Mapping[str, Any], version: str, made: Request) -> None:
    assert requested(request_, version=version) == made


def test_generators_make_values() -> None:
    generators = {
        "path": {"type": "ProviderState", "expression": "/things/${id}"},
        "query": {"on": {"type": "Date", "format": "yyyy-MM-dd"}},
        "header": {"X-Id": {"type": "Uuid"}},
        "body": {
            "$.id": {"type": "ProviderState", "expression": "id", "dataType": "INTEGER"},
            "$.n": {"type": "RandomInt", "min": 5, "max": 9},
        },
    }
    headers = {"X-Id": "x", "Content-Type": "application/json"}
    example = {"query": {"on": ["2020-01-01"]}, "headers": headers, "body": {"id": 1, "n": 1}}

    made = requested({"method": "POST", **example, "generators": generators}, id=77)

    assert (made.path, made.body["id"]) == ("/things/77", 77)
    assert made.query != (("on", "2020-01-01"),)
    assert len(made.headers["x-id"]) == 36
    assert 5 <= made.body["n"] <= 9


def test_requests_of_many_interactions_keep_their_order_whatever_one_of_them_does() -> None:
    listed = read(*(call(request={"path": f"/{number}"}) for number in range(60)), version="2.0.0")
    odd = read({"type": "Synchronous/HTTP", **call(request={"body": PNG})}, version="4.0")

    with Engine() as engine:
        made = engine.requests([*listed[:30], *odd, *listed[30:]])

    assert [each.path for each in made if isinstance(each, Request)] == [f"/{number}" for number in range(60)]
    assert made[30] == "its request has a body that is no text, and such are not sent"


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_interaction_of_which_the_engine_makes_no_request_costs_nobody_else_theirs(position: int) -> None:
    listed = [call(request={"path": f"/{number}"}) for number in range(2)]
    listed.insert(position, call(request={"matchingRules": {"body": {"$..[": {"matchers": [{"match": "type"}]}}}}))

    with Engine() as engine:
        made = engine.requests(read(*listed))

    odd = made.pop(position)
    assert [each.path for each in made if isinstance(each, Request)] == ["/0", "/1"]
    assert str(odd).startswith("pact's engine makes no request of it: Expected either")


# --- each trap of the engine --------------------------------------------------------------------------------------------------


def test_no_interactions_are_no_matches() -> None:
    assert matched([], []) == []


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_panic_costs_nobody_else_the_verdict(position: int) -> None:
    written, answers = [call({"a": 1}), call({"a": 1})], [answered({"a": 1}), answered({"a": 2})]
    written.insert(position, CATASTROPHE)
    answers.insert(position, answered({"a": "a" * 40}))

    matches = matched(read(*written), answers)

    judged = [match for number, match in enumerate(matches) if number != position]
    assert [(match.ok, match.unsupported) for match in judged] == [(True, ""), (False, "")]
    assert matches[position].unsupported == "pact's engine cannot judge it: Onig: Regex match error: retry-limit-in-match over"


def test_an_interaction_that_cannot_be_read_costs_nobody_else_the_verdict() -> None:
    bad = call({"a": 1}, rules={"body": {"$..[": {"matchers": [{"match": "type"}]}}})

    first, second = matched(read(bad, call({"a": 1})), [answered({"a": 1})] * 2)

    assert first.unsupported == (
        'pact\'s engine cannot judge it: Expected either a "*" or path identifier in path expression "$..[" at index 2'
    )
    assert second.ok


def test_what_takes_too_long_is_ended_and_the_rest_is_judged() -> None:
    long = [1] * 40_000
    with Engine(deadline=2) as engine:
        matches = engine.matched(read(call(long), call({"a": 1})), [answered([2] * 40_000), answered({"a": 1})])

    assert [match.unsupported for match in matches] == [
        "pact's engine cannot judge it: it broke off, or did not come to an end in 2 s",
        "",
    ]


def test_mismatches_are_told_in_one_order() -> None:
    written, answer = read(call({name: 1 for name in "abcdefgh"})), answered({name: 2 for name in "abcdefgh"})

    told = {matched(written, [answer])[0].mismatches for _ in range(5)}

    assert told == {tuple(f"$.{name} is 2, not 1" for name in "abcdefgh")}


def test_of_many_mismatches_only_some_are_told() -> None:
    match = one(call([1] * 500), answered([2] * 500))

    assert len(match.mismatches) == 51
    assert match.mismatches[-1] == "and 450 more"


def test_of_many_mismatches_always_the_same_are_told() -> None:
    many = [f"k{number:03}" for number in range(100)]
    written, answer = read(call(dict.fromkeys(many, 1))), answered(dict.fromkeys(many, 2))

    told = matched([*written] * 5, [answer] * 5)

    assert {match.mismatches for match in told} == {(*(f"$.{name} is 2, not 1" for name in many[:50]), "and 50 more")}


def test_a_redirect_is_judged_and_not_followed() -> None:
    match = one(call(status=302), Answer(302, (("location", "http://127.0.0.1:9/elsewhere"),)))

    assert match.ok


@pytest.mark.parametrize(
    ("written", "version", "why"),
    [
        (call({"a": 1}), "5.0", "version 5.0 of the Pact specification is not known"),
        ({**call(), "pluginConfiguration": {"csv": {}}}, "4.0", "it needs a plugin of Pact (csv), and none is run"),
        ({**call(), "transport": "grpc"}, "4.0", "it needs a plugin of Pact (grpc), and none is run"),
    ],
)
def test_what_the_engine_would_read_otherwise_is_not_given_to_it(written: Mapping[str, Any], version: str, why: str) -> None:
    (interaction,) = read(written, version=version)

    assert unsupported(interaction) == why
    assert matched([interaction], [Answer(200)])[0].unsupported == why


def test_a_body_that_only_a_plugin_of_its_file_reads_is_not_given_to_the_engine() -> None:
    csv = {"type": "Synchronous/HTTP", **call({"contentType": "text/csv", "encoded": False, "content": "a,b\n1,2\n"})}
    plain = {"type": "Synchronous/HTTP", **call({"contentType": "application/json", "encoded": False, "content": {"a": 1}})}
    grpc = {"type": "Synchronous/Messages", "request": {}, "response": [{"contents": csv["response"]["body"]}]}
    with_plugin, problems = interactions(
        parse(
            document(csv, plain, grpc, version="4.0", metadata={"plugins": [{"name": "csv", "version": "0.0.6"}]}), "pact.json"
        ),
        running=True,
    )

    assert (problems, [unsupported(each) for each in with_plugin]) == (
        (),
        ["it needs a plugin of Pact (csv), and none is run", "", "it needs a plugin of Pact (csv), and none is run"],
    )
    assert unsupported(read(csv, version="4.0")[0]) == ""


def test_a_header_that_the_engine_passes_over_is_said() -> None:
    match = one(call(headers={"X-A": "é"}), Answer(200, (("X-A", "é"),)))

    assert match.unsupported == "the header X-A is not ASCII, and pact's engine does not read it"


def test_the_engine_says_nothing_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    matched(read(call({"a": 1}), CATASTROPHE), [answered({"a": 2}), answered({"a": "a" * 40})])

    assert capfd.readouterr() == ("", "")


def test_the_engine_never_comes_into_this_process() -> None:
    code = (
        "import sys; from tests.test_matching import *; matched(read(call({'a': 1})), [answered({'a': 1})]);"
        "assert not {'pact', 'pact_ffi'} & sys.modules.keys(), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only a pipe with a name tells that somebody reads it")
def test_the_certificates_of_the_machine_are_not_read_for_each_interaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "certificates")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificates"))

    with Engine(deadline=20) as engine:  # whoever opens the pipe waits for ever
        (match,) = engine.matched(read(call({"a": 1})), [answered({"a": 1})])

    assert match.ok


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux shows what another process took")
def test_what_an_interaction_costs_does_not_grow_with_how_many_there_are() -> None:
    def cost(engine: Engine, number: int) -> float:
        before = spent(engine)
        engine.matched(read(*[call({"a": 1})] * number), [answered({"a": 1})] * number)
        return (spent(engine) - before) / number

    with Engine(deadline=600) as engine:
        engine.matched(read(call({"a": 1})), [answered({"a": 1})])
        few, many = cost(engine, 500), cost(engine, 4000)

    assert many < 2 * few


def spent(engine: Engine) -> int:
    """Return the ticks of the processor that an engine took so far: fields 14 and 15 of proc(5)."""
    fields = Path(f"/proc/{engine.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert one(call({"a": 1}), answered({"a": 1})).ok


def test_nothing_is_left_running() -> None:
    before = threading.active_count()
    with Engine() as engine:
        engine.matched(read(call({"a": 1})), [answered({"a": 1})])
        running = engine.pid
        assert running is not None

    assert threading.active_count() == before
    with pytest.raises(ProcessLookupError):
        os.kill(running, 0)


def ran(code: str) -> subprocess.Popen[bytes]:
    """Run code, with this module's names, in a process and a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", f"from tests.test_matching import *\n{textwrap.dedent(code)}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        start_new_session=True,
    )


LONG = """
    with Engine(deadline=600) as engine:
        engine.matched(read(call({"a": 1})), [answered({"a": 1})])
        print(engine.pid, flush=True)
        engine.matched(read(call([1] * 200_000)), [answered([2] * 200_000)])
"""


def test_an_interrupt_ends_the_engine_at_once() -> None:
    process = ran(LONG)
    assert process.stdout is not None
    engine = int(process.stdout.readline())
    process.send_signal(signal.SIGINT)

    _, told = process.communicate(timeout=120)

    assert told.rstrip().endswith(b"KeyboardInterrupt")
    with pytest.raises(ProcessLookupError):
        os.kill(engine, 0)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells when somebody else's process ends")
def test_the_engine_does_not_outlive_whoever_started_it() -> None:
    process = ran(LONG)
    assert process.stdout is not None
    engine = os.pidfd_open(int(process.stdout.readline()))

    process.kill()
    process.communicate(timeout=120)

    assert select.select([engine], [], [], 120) == ([engine], [], [])
    os.close(engine)


def test_ctrl_c_is_for_whoever_started_the_engine_to_answer() -> None:
    process = ran("""
        signal.signal(signal.SIGINT, lambda *_: None)
        with Engine() as engine:
            engine.matched(read(call({"a": 1})), [answered({"a": 1})])
            before = engine.pid
            os.killpg(0, signal.SIGINT)
            (match,) = engine.matched(read(call({"a": 1})), [answered({"a": 1})])
            print(match.ok, engine.pid == before)
    """)

    assert process.communicate(timeout=120) == (b"True True\n", b"")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows the environment of a process")
def test_nobody_is_told_that_the_engine_is_used() -> None:
    with Engine() as engine:
        engine.matched(read(call({"a": 1})), [answered({"a": 1})])
        environment = Path(f"/proc/{engine.pid}/environ").read_bytes().split(b"\0")

    assert b"PACT_DO_NOT_TRACK=true" in environment


def test_where_pact_python_is_missing_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pact.py").write_text("raise ImportError('no module named pact')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(UsageError, match=r"Pact files need pact-python \(.*\); run: pip install 'cxcontracts\[pact\]'"):
        one(call({"a": 1}), answered({"a": 1}))
