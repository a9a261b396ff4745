"""What a change is known by: nothing that moves when a document is put in another order."""

from __future__ import annotations

import pytest

from cxcontracts.changes import compared
from cxcontracts.fingerprints import fingerprints
from cxcontracts.scenes import Side
from tests.estates_made import TODAY, operation, read

OK = "responses: {'200': {description: ok}}"


def known(before: str, after: str) -> dict[str, str]:
    """Return the element of each change to its fingerprint."""
    found = compared(Side(read(before)), Side(read(after)), TODAY)
    return {each.element: name for each, name in zip(found, fingerprints(found), strict=True)}


def taking_two(first: str, second: str, names: tuple[str, str] = ("from", "to")) -> str:
    parameters = (f"{{name: {name}, in: query, schema: {schema}}}" for name, schema in zip(names, (first, second), strict=True))
    return operation(f"parameters: [{', '.join(parameters)}]\n{OK}")


def test_two_parameters_that_changed_alike_are_two() -> None:
    found = known(taking_two("{type: string}", "{type: string}"), taking_two("{type: integer}", "{type: integer}"))

    assert len(set(found.values())) == 2


def test_a_parameter_is_known_by_its_name_wherever_it_stands_in_the_list() -> None:
    before = taking_two("{type: string}", "{type: string}")
    after = taking_two("{type: string}", "{type: integer}")
    turned = taking_two("{type: integer}", "{type: string}", ("to", "from"))

    assert known(before, after) == known(before, turned)


@pytest.mark.parametrize("word", ["oneOf", "anyOf"])
def test_the_order_of_alternatives_and_of_their_values_says_nothing(word: str) -> None:
    def choosing(*branches: str) -> str:
        schema = f"{{{word}: [{', '.join(branches)}]}}"
        return operation(f"responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}")

    one = "{type: object, required: [k], properties: {k: {const: one}, a: {enum: [x, y]}}}"
    other = "{type: object, required: [k], properties: {k: {const: other}}}"
    wider = one.replace("[x, y]", "[z, y, x]")

    assert known(choosing(one, other), choosing(wider, other)) == known(choosing(one, other), choosing(other, wider))


def test_a_fingerprint_is_16_hex_digits() -> None:
    (name,) = known(operation(OK), operation(f"deprecated: true\n{OK}")).values()

    assert len(name) == 16
    assert int(name, 16) >= 0
