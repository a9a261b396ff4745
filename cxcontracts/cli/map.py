"""``map``: who depends on whom for what."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import click

from cxcontracts.cli.options import Reporting, cache_asked, estate_root, reporting_as
from cxcontracts.errors import UsageError

_FORMATS = ("text", "mermaid", "svg", "json")


@click.command("map", short_help="Who depends on whom for what?")
@click.option("--partner", metavar="PARTNER", help="Only what concerns one partner: who would feel it?")
@click.option("--journey", metavar="JOURNEY", help="Only what concerns one journey.")
@reporting_as(*_FORMATS, judges=False)
@click.pass_obj
def map_(found: Path | None, /, partner: str | None, journey: str | None, estate: Path | None, **asked: object) -> int:
    """Show journeys, steps, partners, operations and fields, both ways, and the blind spots.

    Blind spots are needs that no contract promises, operations that no journey uses, personal data that flows where nothing asks
    for it, and partners without whom a journey stops.

    \b
    Examples:
      cxcontracts map
      cxcontracts map --partner operator
      cxcontracts map --format svg --output estate.svg
    """
    from cxcontracts.caching import memory_of
    from cxcontracts.cli.judged import seen_from_here, unsound
    from cxcontracts.cli.output import publish
    from cxcontracts.errors import UnsoundError
    from cxcontracts.opening import open_what_is_sound
    from cxcontracts.writing import insist_on_folder

    reporting = Reporting(strict=False, **asked)  # type: ignore[arg-type]  # click made them
    root = estate_root(estate or found)
    insist_on_folder(reporting.output)
    cache = cache_asked(root)
    try:
        opened = open_what_is_sound(root, memory=memory_of(cache))
        if opened.mistakes and not opened.estate.journeys:
            return unsound(seen_from_here(opened.mistakes, root), "nothing was drawn")
        _insist_on("partner", partner, opened.estate.partners)
        _insist_on("journey", journey, opened.estate.journeys)
        whole, mistakes = opened.mapped()
    except UnsoundError as error:
        return unsound(seen_from_here(error.problems, root))
    part = whole.of_partner(partner) if partner else whole
    publish("map", _rendered(part.of_journey(journey) if journey else part, reporting), "drawn", reporting.output)
    if cache is not None:
        cache.save(whole=True)
    return unsound(seen_from_here(mistakes, root), "what depends on that was not drawn") if mistakes else 0


def _insist_on(what: str, name: str | None, known: Collection[str]) -> None:
    from cxcontracts.problems import did_you_mean

    if name is not None and name not in known:
        raise UsageError(f"there is no {what} {name!r} in the estate; {did_you_mean(name, known)}")


def _rendered(found: object, asked: Reporting) -> str:
    from cxcontracts.cli.output import look_of
    from cxcontracts.mapping import EstateMap
    from cxcontracts.reports.maps import json, mermaid, svg, text

    assert isinstance(found, EstateMap)
    if asked.format == "text":
        look = look_of(asked.output)
        return text.render(found, colour=look.colour, width=look.width, verbose=asked.verbose)
    return {"mermaid": mermaid.render, "svg": svg.render, "json": json.render}[asked.format](found)
