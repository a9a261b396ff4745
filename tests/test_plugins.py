"""Kinds of requirement that plugins bring: found by entry point, used like the built-in ones, refused where they clash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from cxcontracts import kinds as built_in
from cxcontracts.errors import CxError
from cxcontracts.plugins import ENTRY_POINT, PluginError, hookimpl, kinds, manager
from cxcontracts.requirements import Kind
from tests.estates import Speaks
from tests.workplace import Workplace, workplace

BUILT_IN = ["answers", "needs", "needs-when", "may-have", "accepts", "asks-at-most", "keep", "informs"]


class Whispers(Speaks):
    """A kind of another name, with a key of its own."""

    name = "whispers"
    key = "whispers"


class Plugin:
    """A plugin that brings some kinds."""

    def __init__(self, *brought: Kind) -> None:
        self.brought = brought

    @hookimpl
    def cxcontracts_kinds(self) -> Sequence[Kind]:
        return self.brought


@contextmanager
def installed(*plugins: Plugin) -> Iterator[None]:
    """Have plugins, and forget them in the end."""
    for plugin in plugins:
        manager().register(plugin)
    kinds.cache_clear()
    try:
        yield
    finally:
        for plugin in plugins:
            manager().unregister(plugin)
        kinds.cache_clear()


def renamed(name: str, key: str) -> Kind:
    kind = Speaks()
    kind.name, kind.key = name, key
    return kind


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


def test_the_built_in_kinds_come_through_the_hook_that_plugins_use() -> None:
    (first, *_) = manager().hook.cxcontracts_kinds.get_hookimpls()

    assert (first.plugin_name, first.plugin) == ("built-in", built_in)
    assert [kind.name for kind in built_in.cxcontracts_kinds()] == BUILT_IN


def test_kinds_of_plugins_come_after_the_built_in_ones_in_the_order_of_each_plugin() -> None:
    with installed(Plugin(Whispers(), renamed("shouts", "shouts"))):
        names = [kind.name for kind in kinds()]

    assert (names[: len(BUILT_IN)], names[-2:]) == (BUILT_IN, ["whispers", "shouts"])
    assert "whispers" not in [kind.name for kind in kinds()]


def test_each_kind_has_what_the_interface_asks_for_and_a_name_and_a_key_of_its_own() -> None:
    names, keys = [kind.name for kind in kinds()], [kind.key for kind in kinds() if kind.key]

    assert (len(set(names)), len(set(keys))) == (len(names), len(keys))
    for kind in kinds():
        assert [each for each in ("name", "key", "form", "harm", "requirements", "on_contract") if not hasattr(kind, each)] == []


@pytest.mark.parametrize(
    ("plugins", "clash"),
    [
        ([Plugin(renamed("needs", "own"))], "needs"),
        ([Plugin(renamed("own", "needs"))], "own"),
        ([Plugin(Whispers()), Plugin(Whispers())], "whispers"),
        ([Plugin(Whispers(), Whispers())], "whispers"),
        ([Plugin(renamed("one", "key"), renamed("two", "key"))], "two"),
    ],
)
def test_kinds_that_share_a_name_or_a_key_are_an_error(plugins: list[Plugin], clash: str) -> None:
    with installed(*plugins), pytest.raises(PluginError, match=f"'{clash}'.*uninstall one of the plugins") as raised:
        kinds()

    assert isinstance(raised.value, CxError)


def test_kinds_without_a_key_do_not_clash() -> None:
    with installed(Plugin(renamed("one", ""), renamed("two", ""))):
        assert [kind.name for kind in kinds()][-2:] == ["one", "two"]


def test_a_plugin_is_found_by_its_entry_point_and_its_kind_judged_like_any_other(here: Workplace) -> None:
    answer = here.process("check", "--format", "json", env=here.plug("return Judgement(Verdict.INTACT)"))

    (found,) = [each for each in json.loads(answer.stdout)["findings"] if each["kind"] == "odd"]
    assert (ENTRY_POINT, answer.returncode) == ("cxcontracts", 0)
    assert (found["id"], found["verdict"]) == ("track-parcel/see-parcel/odd", "intact")


@pytest.mark.parametrize(
    ("defined", "named"),
    [
        ("def cxcontracts_kinds(estate):", ["'odd'", "cxcontracts_kinds(estate)", "{'estate'}"]),
        ("def cxcontracts_kind():", ["'odd'", "'cxcontracts_kind'"]),
    ],
    ids=["argument", "hook"],
)
def test_a_hook_that_does_not_exist_as_it_is_defined_is_named_with_its_plugin(
    defined: str, named: list[str], here: Workplace
) -> None:
    environment = here.plug("return Judgement(Verdict.INTACT)")
    here.edit("plugged/odd.py", "def cxcontracts_kinds():", defined)

    answer = here.process("check", env=environment)

    assert answer.returncode not in (0, 1)
    assert [word for word in named if word not in answer.stderr] == []
    assert "Traceback" not in answer.stderr
