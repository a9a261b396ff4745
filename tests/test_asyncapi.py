"""AsyncAPI 2.x and 3.x: which messages a partner sends and takes, what they are called, and what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.comparing import compare
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.operation import Event
from cxcontracts.errors import ContractError
from cxcontracts.opening import read_contract
from cxcontracts.scenes import Side
from tests.estates_made import read

HEAD = {2: "asyncapi: 2.6.0\ninfo: {title: made, version: 1.0.0}\n", 3: "asyncapi: 3.0.0\ninfo: {title: made, version: 1.0.0}\n"}
OBJECT = "{type: object, properties: {a: {type: string}}}"


def document(text: str, version: int = 3) -> Contract:
    return read(HEAD[version] + text)


def members(event: Event) -> dict[str, object]:
    """Return the members of an event's payload with their schemas, as they are written."""
    (media,) = event.delivery.media
    value: dict[str, object] = Side(event.contract).responses.shapes(media.nodes)[0].atoms[0].value["properties"]
    return value


def test_who_sends_is_told_by_the_action_in_3_and_by_the_word_below_the_channel_in_2() -> None:
    three = document(
        """
channels: {c: {messages: {out: {payload: {}}, in: {payload: {}}}}}
operations:
  tell: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/out'}]}
  take: {action: receive, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/in'}]}
"""
    )
    two = document("channels: {c: {subscribe: {message: {name: out}}, publish: {message: {name: in}}}}", 2)

    for contract in (three, two):
        assert list(contract.events) == ["out"]
        assert [str(operation) for operation in contract.operations()] == ["SEND in"]


def test_a_reply_goes_the_other_way() -> None:
    contract = document(
        """
channels: {ask: {messages: {question: {payload: {}}}}, tell: {messages: {answer: {payload: {}}}}}
operations:
  asked: {action: receive, channel: {$ref: '#/channels/ask'}, reply: {channel: {$ref: '#/channels/tell'}}}
"""
    )

    assert (list(contract.events), [str(operation) for operation in contract.operations()]) == (["answer"], ["SEND question"])


def test_a_document_without_operations_promises_all_that_goes_over_its_channels() -> None:
    assert list(document("channels: {c: {messages: {one: {payload: {}}, two: {payload: {}}}}}").events) == ["one", "two"]


def test_several_messages_of_one_channel_are_told_apart_though_none_has_a_name() -> None:
    contract = document("channels: {c: {subscribe: {message: {oneOf: [{payload: {}}, {payload: {type: object}}]}}}}", 2)

    assert list(contract.events) == ["c", "c/c"]


def test_one_message_over_two_channels_is_one() -> None:
    contract = document(
        """
channels: {c: {messages: {m: {$ref: '#/components/messages/M'}}}, d: {messages: {n: {$ref: '#/components/messages/M'}}}}
components: {messages: {M: {payload: {}}}}
"""
    )

    assert list(contract.events) == ["m"]
    assert contract.event("n") is contract.event("M") is contract.events["m"]


def test_two_messages_of_one_name_have_their_channel_before_it_and_neither_goes_by_a_shared_alias() -> None:
    contract = document(
        "channels: {c: {messages: {x: {name: m, payload: {}}}}, d: {messages: {x: {name: m, payload: {type: object}}}}}"
    )

    assert list(contract.events) == ["m", "d/m"]
    assert contract.event("x") is None


def test_traits_add_what_a_message_does_not_say_itself_and_headers_hold_together() -> None:
    contract = document(
        """
channels:
  c:
    messages:
      m:
        contentType: application/cloudevents+json
        payload: {type: object, properties: {a: {type: string}}}
        headers: {type: object, required: [X-Own], properties: {X-Own: {type: string}}}
        traits: [{contentType: text/plain, headers: {type: object, properties: {X-Shared: {type: integer}}}}]
"""
    )

    delivery = contract.events["m"].delivery
    assert [media.name for media in delivery.media] == ["application/cloudevents+json"]
    assert {name: header.required for name, header in delivery.headers.items()} == {"x-shared": False, "x-own": True}


def test_what_has_no_content_type_has_that_of_the_document() -> None:
    contract = document(f"defaultContentType: application/x-y\nchannels: {{c: {{messages: {{m: {{payload: {OBJECT}}}}}}}}}")

    assert [media.name for media in contract.events["m"].delivery.media] == ["application/x-y"]


@pytest.mark.parametrize(
    ("payload", "version", "read_as"),
    [
        (f"payload: {OBJECT}", 3, "application/json"),
        (f"payload: {{schemaFormat: application/schema+json;version=draft-07, schema: {OBJECT}}}", 3, "application/json"),
        (f"payload: {{schemaFormat: 'application/vnd.oai.openapi;version=3.0.0', schema: {OBJECT}}}", 3, "application/json"),
        (
            "payload: {schemaFormat: application/vnd.google.protobuf;version=3, schema: 'message M {}'}",
            3,
            "application/vnd.google.protobuf",
        ),
        (f"schemaFormat: application/vnd.aai.asyncapi+yaml;version=2.6.0, payload: {OBJECT}", 2, "application/json"),
        ("schemaFormat: application/vnd.apache.avro;version=1.9.0, payload: {type: record}", 2, "application/vnd.apache.avro"),
    ],
)
def test_a_payload_in_another_language_is_named_by_it(payload: str, version: int, read_as: str) -> None:
    channels = (
        f"{{c: {{messages: {{m: {{{payload}}}}}}}}}" if version == 3 else f"{{c: {{subscribe: {{message: {{{payload}}}}}}}}}"
    )
    (event,) = document(f"channels: {channels}", version).events.values()

    assert [media.name for media in event.delivery.media] == [read_as]
    if read_as == "application/json":
        assert members(event) == {"a": {"type": "string"}}


def test_references_lead_to_other_files_of_the_folder_and_places_are_those_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "messages.yaml").write_text(
        "m:\n  payload:\n    type: object\n    required: [a]\n    properties: {a: {type: string}}\n"
    )
    text = HEAD[3] + "channels:\n  c:\n    messages:\n      m: {$ref: 'messages.yaml#/m'}\n"
    for name in ("old.yaml", "new.yaml"):
        (tmp_path / name).write_text(text.replace("messages.yaml", "more.yaml") if name == "new.yaml" else text)
    (tmp_path / "more.yaml").write_text("m:\n  payload:\n    type: object\n    properties: {a: {type: string}}\n")

    one, other = (read_contract(tmp_path / name, "x") for name in ("old.yaml", "new.yaml"))
    (change,) = compare(one, other, "x").changes

    assert change.rule == "event-property-became-optional"
    assert change.because == "a may be missing from an event now"
    assert change.was is not None
    assert (change.was.file, change.was.line) == ("x/messages.yaml", 4)


def test_what_a_partner_takes_is_compared_as_a_call() -> None:
    def taking(required: str) -> Side:
        payload = f"{{type: object, required: [{required}], properties: {{a: {{type: string}}, b: {{type: string}}}}}}"
        return Side(document(f"channels: {{c: {{publish: {{message: {{name: order, payload: {payload}}}}}}}}}", 2))

    (change,) = compare(taking("a"), taking("a, b"), "x").changes

    assert (change.rule, change.element) == ("request-property-became-required", "SEND order body application/json b")
    assert change.breaking
    assert change.witness is not None
    assert (change.witness.request.method, change.witness.request.body) == ("SEND", {"a": "text"})


def test_a_message_that_is_gone_is_told_by_its_name() -> None:
    one, other = (Side(document(f"channels: {{c: {{messages: {{{name}: {{payload: {{}}}}}}}}}}")) for name in ("m", "n"))

    assert {change.because for change in compare(one, other, "x").changes} == {
        "the event m is no longer sent",
        "the event n is sent now",
    }


@pytest.mark.parametrize(
    "text",
    [
        "channels: 4",
        "channels: []",
        "channels: {c: 4}",
        "channels: {c: {messages: 4}}",
        "channels: {c: {messages: {m: 4}}}",
        "channels: {c: {messages: {m: {payload: 4}}}}",
        "channels: {c: {messages: {m: {headers: 4, payload: {}}}}}",
        "channels: {c: {messages: {m: {headers: {allOf: [4, {properties: 4}]}}}}}",
        "channels: {c: {messages: {m: {traits: [4, {headers: {}}], headers: {}}}}}",
        "channels: {c: {messages: {m: {$ref: '#/channels/c/messages/m'}}}}",
        "channels: {c: {$ref: '#/channels/c'}}",
        "channels: {c: {messages: {m: {$ref: '#/nowhere'}}}}",
        "operations: {o: {action: send, channel: 4}}",
        "operations: {o: {action: send, channel: {$ref: '#/nowhere'}, messages: [4]}}",
        "channels: {c: {messages: {m: {}}}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}, messages: [4, {}]}}",
        "operations: {o: {action: [], reply: 4}}",
        "channels: {c: {subscribe: {message: {oneOf: [4]}}}}",
        "channels: {c: {subscribe: 4, publish: {message: []}}}",
        "channels: {c: {messages: {m: {name: [], contentType: 4, schemaFormat: {}, payload: {schemaFormat: 4}}}}}",
        "channels: {c: {messages: {m: {payload: {properties: {type: {enum: 4}}}}}}}",
        "channels: {c: {messages: {m: {headers: {properties: {ce_id: 4, ce_type: {const: []}}}, payload: 4}}}}",
    ],
)
@pytest.mark.parametrize("version", [2, 3])
def test_whatever_is_damaged_is_passed_over_or_refused_in_its_place(text: str, version: int) -> None:
    for _ in range(2):
        try:
            contract = document(text, version)
            sides = Side(contract), Side(document(text, version))
            assert compare(*sides, "x").changes == ()
            list(contract.mistakes())
        except ContractError as error:
            assert all(problem.place.line for problem in error.problems)
