"""Estates as large as one wants, made up: partners with contracts of a few operations, journeys that run over several of them.

The same size gives the same files. ``python -m benchmarks.large_estates FOLDER --partners 1000`` writes one, with a candidate of
its first partner in it.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CANDIDATE = "partners/partner-0/candidates/2.0.0.yaml"
"""A candidate in which a field that journeys need may be null, and another may say more."""

_GROUPS = {"everyone": 1_000_000, "newcomers": 20_000, "assisted": 9_000}
_HARMS = ("blocked", "delayed", "misled", "uninformed")

_NEEDS: Mapping[str, str] = {
    "note": "text",
    "state": "[open, held, closed]",
    "holder.name": "text",
    "amount.value": "{type: number, minimum: 0}",
    "amount.currency": "{type: string, pattern: '^[A-Z]{3}$'}",
    "updatedAt": "date-time",
    "parts.*.label": "text",
    "holder.email": "email",
    "parts.*.count": "{type: integer, minimum: 0}",
    "kind": "{values: [plain, special], otherwise: plain}",
    "parts.*.due": "date",
    "holder.phone": "phone",
}
"""What journeys need of an answer; what is not promised is among it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large an estate is.

    Attributes:
        requirements: How many are written, over all journeys; what each call implies comes on top.
        brief: Whether each journey makes one call, so that what calls imply can be among the requirements that are counted.
    """

    partners: int
    journeys: int
    requirements: int
    brief: bool = False

    def share(self, part: float) -> Size:
        """Return the size of a smaller one, alike in every respect."""
        partners, journeys, requirements = (
            max(1, round(part * whole)) for whole in (self.partners, self.journeys, self.requirements)
        )
        return Size(partners, journeys, requirements, self.brief)


FULL = Size(1_000, 3_000, 10_000)
BRIEF = Size(1_000, 3_000, 10_000, brief=True)


def write(folder: Path, size: Size) -> None:
    """Write an estate."""
    for name, text in files(size):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def files(size: Size) -> Iterator[tuple[str, str]]:
    """Yield each file of an estate, with its path."""
    groups = "".join(f"  {name}: {{monthly: {monthly}}}\n" for name, monthly in _GROUPS.items())
    yield "estate.yaml", f"format: 1\nestate: large\ncustomers:\n{groups}fail-on: [blocked, misled]\n"
    for number in range(size.partners):
        yield from _partner(number)
    yield CANDIDATE, _contract(0, version="2.0.0", note="{type: [string, 'null']}", currency="^[A-Z0-9]{3,4}$")
    yield from _journeys(size)
    waived = "".join(
        f"- id: journey-{number}/look/*\n  who: cx@example.com\n  why: they are at it\n  until: 2999-12-31\n"
        for number in range(1, size.journeys, 50)
    )
    yield "waivers.yaml", waived or "[]\n"


# --- partners -----------------------------------------------------------------------------------------------------------------


def _partner(number: int) -> Iterator[tuple[str, str]]:
    home = f"partners/partner-{number}"
    keys = f"partner: partner-{number}\nname: Partner number {number}\nkind: {('partner', 'vendor', 'internal')[number % 3]}\n"
    keys += f"owner: {{team: team-{number % 40}, contact: team-{number % 40}@example.com}}\ncontract: openapi.yaml\n"
    if _tells(number):
        keys += "events: asyncapi.yaml\n"
        yield f"{home}/asyncapi.yaml", _events(number)
    keys += f"environments:\n  production: {{url: https://partner-{number}.example.com/v1}}\nlimits: {{rate: 10/s}}\n"
    keys += "not-covered: {because: nobody uses it yet}\n" if number and number % 97 == 0 else ""
    yield f"{home}/partner.yaml", keys
    yield f"{home}/openapi.yaml", _contract(number)


def _tells(partner: int) -> bool:
    """Whether a partner sends events."""
    return partner % 5 == 1


def _contract(number: int, *, version: str = "1.4.0", note: str = "{type: string}", currency: str = "^[A-Z]{3}$") -> str:
    thing = f"Thing{number}"
    text = f"""
        openapi: 3.1.0
        info: {{title: Partner {number}, version: {version}}}
        servers: [{{url: https://partner-{number}.example.com/v1}}]
        paths:
          /things/{{thingId}}:
            parameters: [{{$ref: '#/components/parameters/ThingId'}}]
            get:
              operationId: getThing
              responses:
                '200': {{$ref: '#/components/responses/{thing}'}}
                '404': {{$ref: '#/components/responses/Problem'}}
                '429':
                  description: later
                  headers: {{Retry-After: {{required: true, schema: {{type: integer}}}}}}
                  content: {{application/problem+json: {{schema: {{$ref: '#/components/schemas/Problem'}}}}}}
            put:
              operationId: changeThing
              parameters: [{{$ref: '#/components/parameters/Key'}}]
              requestBody:
                required: true
                content: {{application/json: {{schema: {{$ref: '#/components/schemas/Change'}}}}}}
              responses:
                '200': {{$ref: '#/components/responses/{thing}'}}
                '409': {{$ref: '#/components/responses/Problem'}}
          /things:
            get:
              operationId: findThings
              parameters:
                - {{name: holderRef, in: query, required: true, schema: {{type: string, maxLength: 20}}}}
                - {{name: limit, in: query, schema: {{type: integer, minimum: 1, maximum: 100}}}}
              responses:
                '200':
                  description: found
                  content:
                    application/json:
                      schema:
                        type: object
                        required: [things]
                        properties:
                          things: {{type: array, items: {{$ref: '#/components/schemas/{thing}'}}}}
                          next: {{type: string, format: uri}}
            post:
              operationId: addThing
              parameters: [{{$ref: '#/components/parameters/Key'}}]
              requestBody:
                required: true
                content: {{application/json: {{schema: {{$ref: '#/components/schemas/Change'}}}}}}
              responses:
                '201': {{$ref: '#/components/responses/{thing}'}}
                '422': {{$ref: '#/components/responses/Problem'}}
          /things/{{thingId}}/history:
            parameters: [{{$ref: '#/components/parameters/ThingId'}}]
            get:
              operationId: getHistory
              responses:
                '200':
                  description: what was
                  content:
                    application/json:
                      schema:
                        type: array
                        items:
                          type: object
                          required: [at, by]
                          properties:
                            at: {{type: string, format: date-time}}
                            by: {{$ref: '#/components/schemas/Holder'}}
        components:
          parameters:
            ThingId: {{name: thingId, in: path, required: true, schema: {{$ref: '#/components/schemas/ThingId'}}}}
            Key: {{name: Idempotency-Key, in: header, schema: {{type: string, maxLength: 64}}}}
          responses:
            {thing}:
              description: the thing
              content: {{application/json: {{schema: {{$ref: '#/components/schemas/{thing}'}}}}}}
            Problem:
              description: it cannot be done
              content: {{application/problem+json: {{schema: {{$ref: '#/components/schemas/Problem'}}}}}}
          schemas:
            ThingId: {{type: string, pattern: '^[A-Z0-9]{{8}}$'}}
            State: {{type: string, enum: [open, held, closed]}}
            Holder:
              type: object
              required: [ref, name]
              properties:
                ref: {{type: string, maxLength: 20}}
                name: {{type: string, minLength: 1}}
                email: {{type: string, format: email}}
                phone: {{type: string, pattern: '^\\+[1-9][0-9]{{6,14}}$'}}
            Amount:
              type: object
              required: [value, currency]
              properties:
                value: {{type: number, minimum: 0}}
                currency: {{type: string, pattern: '{currency}'}}
            Part:
              type: object
              required: [label, count]
              properties:
                label: {{type: string}}
                count: {{type: integer, minimum: 0}}
                due: {{type: string, format: date}}
            {thing}:
              type: object
              required: [id, next, state, holder, amount, note, updatedAt]
              properties:
                id: {{$ref: '#/components/schemas/ThingId'}}
                next: {{$ref: '#/components/schemas/ThingId'}}
                state: {{$ref: '#/components/schemas/State'}}
                kind: {{type: string, enum: [plain, special, odd]}}
                holder: {{$ref: '#/components/schemas/Holder'}}
                amount: {{allOf: [{{$ref: '#/components/schemas/Amount'}}]}}
                parts: {{type: array, items: {{$ref: '#/components/schemas/Part'}}}}
                note: {note}
                updatedAt: {{type: string, format: date-time}}
            Change:
              type: object
              required: [holderRef, reason]
              properties:
                holderRef: {{type: string, maxLength: 20}}
                reason: {{type: string, enum: [asked, moved, mistake]}}
                note: {{type: string, maxLength: 200}}
            Problem:
              type: object
              required: [title, status]
              properties:
                title: {{type: string}}
                status: {{type: integer}}
                detail: {{type: string}}
    """
    return textwrap.dedent(text).lstrip()


def _events(number: int) -> str:
    text = f"""
        asyncapi: 3.0.0
        info: {{title: Events of partner {number}, version: 1.0.0}}
        channels:
          changes:
            address: changes
            messages:
              thing.changed:
                contentType: application/json
                payload:
                  type: object
                  required: [id, state, holder]
                  properties:
                    id: {{type: string, pattern: '^[A-Z0-9]{{8}}$'}}
                    state: {{type: string, enum: [open, held, closed]}}
                    holder: {{type: object, required: [ref], properties: {{ref: {{type: string}}}}}}
        operations:
          tell: {{action: send, channel: {{$ref: '#/channels/changes'}}}}
    """
    return textwrap.dedent(text).lstrip()


# --- journeys -----------------------------------------------------------------------------------------------------------------


def _journeys(size: Size) -> Iterator[tuple[str, str]]:
    written = 0
    for number in range(size.journeys):
        due = (number + 1) * size.requirements // size.journeys - written
        lines, count = _journey(number, size, due)
        written += count
        yield f"journeys/journey-{number}.yaml", "\n".join(lines) + "\n"


def _journey(number: int, size: Size, due: int) -> tuple[list[str], int]:
    """Return a journey and how many requirements are written in it: *due* as far as it goes.

    A thing is looked up; in most journeys, what that hands out is then looked up or changed at another partner.
    """
    one, other, spare = (_used((number * step + start) % size.partners) for step, start in ((1, 0), (7, 1), (3, 2)))
    spare = spare if spare != one else _used((one + 1) % size.partners)
    goes_on, changes = number % 3 != 2 and not size.brief, number % 6 == 3 and not size.brief
    waits, helped = goes_on and _tells(one) and number % 2 == 0, number % 8 == 3
    look, on, count = [], [], 2 * (1 + helped) if size.brief else 0  # each call is answered, and takes what is sent
    if goes_on:
        look.append("    keep: {next: next, ref: holder.ref}" if changes or waits else "    keep: {next: next}")
        count += 2 if changes or waits else 1
    if helped:
        look += ["    survives: [down]", "    fallback: see-less"]
        count += 1
    if number % 10 == 4:
        look += ["    informs:", "      - {when: there is no such thing, status: 404, tells: [what]}"]
        count += 1
    if number % 12 == 5:
        look += ["    must:", "      - updatedAt is before now"]
        count += 1
    if changes:
        on += ["    repeat-safe: true", "    asks-at-most: [reason]"]
        count += 2
    count += 2 * waits
    first = number * 5 % len(_NEEDS)
    asked = [*_NEEDS, *_NEEDS][first : first + max(0, min(due - count, len(_NEEDS)))]
    here = len(asked) if not goes_on else (len(asked) + number % 2) // 2
    lines = [
        f"journey: journey-{number}",
        f"goal: I want to know how thing number {number} stands, and to change it.",
        f"owner: team-{number % 40}@example.com",
        f"customers: {'[everyone, assisted]' if number % 2 else f'{{everyone: {1_000 + number}, newcomers: {number % 90}}}'}",
        "",
        "given:",
        '  thing: {from: customer, pattern: "^[A-Z0-9]{8}$", examples: [AB12CD34]}',
        *(["  reason: {from: customer, enum: [asked, moved], examples: [asked]}"] if changes else []),
        "",
        "steps:",
        "  - step: look",
        "    customer: I open it and see how it stands",
        "    channel: app",
        f"    call: partner-{one} GET /things/{{thingId}}",
        "    with: {thingId: $thing}",
        *_needed(asked[:here], number),
        *look,
    ]
    if goes_on:
        lines += ["", "  - step: go-on", "    customer: I go on to what comes next", "    channel: app"]
        if changes:
            lines += [
                f"    call: partner-{other} PUT /things/{{thingId}}",
                "    with: {thingId: $next, Idempotency-Key: $fresh-id, holderRef: $ref, reason: $reason}",
            ]
        else:
            lines += [f"    call: partner-{other} getThing", "    with: {thingId: $next}"]
        lines += [*_needed(asked[here:], number + 1), *on]
    if waits:
        lines += [
            "",
            "  - step: told",
            "    customer: I am told when it changes",
            "    channel: sms",
            f"    event: partner-{one} thing.changed",
            "    after: look",
            "    match: {holder.ref: $ref}",
            "    within: 5m",
            "    needs: {state: [open, held, closed]}",
        ]
    if helped:
        keep = ["    keep: {next: next, ref: holder.ref}" if waits or changes else "    keep: {next: next}"] if goes_on else []
        lines += [
            "",
            "fallbacks:",
            "  - step: see-less",
            "    customer: I see what another knows of it",
            "    channel: app",
            f"    call: partner-{spare} GET /things/{{thingId}}",
            "    with: {thingId: $thing}",
            *keep,
        ]
    return lines, count + len(asked)


def _used(partner: int) -> int:
    """Return a partner that is covered in place of one that is not."""
    return partner - 1 if partner and partner % 97 == 0 else partner


def _needed(paths: list[str], number: int) -> list[str]:
    if not paths:
        return []
    lines = ["    needs:"]
    for path in paths:
        value = _NEEDS[path]
        if path == "note" and number % 2:
            value = f"{{type: string, harm: {_HARMS[number % len(_HARMS)]}}}"
        lines.append(f"      {path}: {value}")
    return lines


def main() -> None:
    """Write an estate."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large_estates", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    for name in ("partners", "journeys", "requirements"):
        parser.add_argument(f"--{name}", type=int, default=getattr(FULL, name))
    parser.add_argument("--brief", action="store_true", help="one call a journey; what calls imply counts, too")
    options = parser.parse_args()
    write(options.folder, Size(options.partners, options.journeys, options.requirements, options.brief))


if __name__ == "__main__":
    main()
