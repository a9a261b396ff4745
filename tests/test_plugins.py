"""Kinds of requirement that plugins bring: found by entry point, used like the built-in ones, refused where they clash."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from cxcontracts import kinds as built_in
from cxcontracts.errors import PluginError
from cxcontracts.plugins import ENTRY_POINT, hookimpl, kinds, manager
from cxcontracts.requirements import Kind, Meaning
from tests.estates import Speaks
from tests.workplace import Workplace, workplace

BUILT_IN = [
    "answers", "event", "needs", "needs-when", "may-have", "must", "accepts", "asks-at-most", "keep",
    "responds-within", "informs", "repeat-safe", "survives", "announces", "effort", "recognises", "consistent", "succeeds",
    "pact",
]  # fmt: skip


class Whispers(Speaks):
    """A kind of another name, with a key of its own."""

    name = "whispers"
    key = "whispers"


class Plugin:
    """A plugin that brings some kinds, as an entry point of a distribution of the same name."""

    def __init__(self, name: str, *brought: Kind) -> None:
        self.name = f"{name}/{name}"
        self.brought = brought

    @hookimpl
    def cxcontracts_kinds(self) -> Sequence[Kind]:
        return self.brought


@contextmanager
def installed(*plugins: Plugin) -> Iterator[None]:
    """Have plugins, and forget them in the end."""
    for plugin in plugins:
        manager().register(plugin, plugin.name)
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
    with installed(Plugin("p", Whispers(), renamed("shouts", "shouts"))):
        names = [kind.name for kind in kinds()]

    assert (names[: len(BUILT_IN)], names[-2:]) == (BUILT_IN, ["whispers", "shouts"])
    assert "whispers" not in [kind.name for kind in kinds()]


@pytest.mark.parametrize("order", list(itertools.permutations("abc")), ids="".join)
def test_plugins_come_by_name_in_whatever_order_they_are_found(order: Sequence[str]) -> None:
    with installed(*(Plugin(name, renamed(f"kind-{name}", name)) for name in order)):
        assert [kind.name for kind in kinds()] == [*BUILT_IN, "kind-a", "kind-b", "kind-c"]


def test_each_kind_has_what_the_interface_asks_for_and_a_name_and_a_key_of_its_own() -> None:
    names, keys = [kind.name for kind in kinds()], [kind.key for kind in kinds() if kind.key]

    assert (len(set(names)), len(set(keys))) == (len(names), len(keys))
    for kind in kinds():
        assert [each for each in ("name", "key", "form", "harm", "requirements") if not hasattr(kind, each)] == []


@pytest.mark.parametrize(
    ("plugins", "said"),
    [
        (
            [Plugin("p", renamed("needs", "own"))],
            "cxcontracts itself and plugin p/p each bring a kind of requirement of the name 'needs'; "
            "rename one, or uninstall a plugin",
        ),
        (
            [Plugin("p", renamed("own", "needs"))],
            "cxcontracts itself and plugin p/p each bring a kind that owns the step key 'needs', 'needs' and 'own'; "
            "rename one, or uninstall a plugin",
        ),
        (
            [Plugin("q", Whispers()), Plugin("p", Whispers())],
            "plugin p/p and plugin q/q each bring a kind of requirement of the name 'whispers'; "
            "rename one, or uninstall a plugin",
        ),
        (
            [Plugin("p", Whispers(), Whispers())],
            "plugin p/p brings twice a kind of requirement of the name 'whispers'; rename one",
        ),
        (
            [Plugin("p", renamed("one", "key"), renamed("two", "key"))],
            "plugin p/p brings twice a kind that owns the step key 'key', 'one' and 'two'; rename one",
        ),
    ],
)
def test_kinds_that_share_a_name_or_a_key_are_an_error_that_names_both_plugins(plugins: list[Plugin], said: str) -> None:
    with installed(*plugins), pytest.raises(PluginError) as raised:
        kinds()

    assert str(raised.value) == said


def test_kinds_without_a_key_do_not_clash() -> None:
    with installed(Plugin("p", renamed("one", ""), renamed("two", ""))):
        assert [kind.name for kind in kinds()][-2:] == ["one", "two"]


def test_a_plugin_is_found_by_its_entry_point_and_its_kind_judged_like_any_other(here: Workplace) -> None:
    answer = here.process("check", "--format", "json", env=here.plug("return Judgement(Verdict.INTACT)"))

    (found,) = [each for each in json.loads(answer.stdout)["findings"] if each["kind"] == "odd"]
    assert (ENTRY_POINT, answer.returncode) == ("cxcontracts", 0)
    assert (found["id"], found["verdict"]) == ("track-parcel/see-parcel/odd", "intact")


def test_a_kind_of_a_plugin_is_explained_by_its_meaning(here: Workplace) -> None:
    kind = renamed("shouts", "shouts")
    kind.meaning = Meaning("I am heard", "it is loud", "whispers", "shouts: true", "Shout.")  # type: ignore[attr-defined]
    with installed(Plugin("p", kind)):
        told = here.run("explain", "shouts").stdout

    assert told.startswith("shouts\n    for example     shouts: true\n    means           I am heard.\n")
    assert "broken where    the candidate whispers\n" in told


def test_a_kind_without_a_meaning_is_explained_by_its_docstring(here: Workplace) -> None:
    with installed(Plugin("p", Whispers())):
        told = here.run("explain", "whispers").stdout
        page = here.run("explain", "kinds", "--format", "markdown").stdout

    assert told.startswith("whispers\n    means           A kind of another name, with a key of its own.\n    harm ")
    assert "\n### whispers\n\nA kind of another name, with a key of its own.\n\n- harm:" in page


# --- plugins that are unsound ------------------------------------------------------------------------------------------------

HOOK = "cxcontracts_kinds() (FILE:22) "
KINDS = "return (Odd(),)"
NO_LIST = "which is no list of kinds; return a list of them, or an empty one"
WHOLE = "give it all that cxcontracts.requirements.Kind has"
NO_TYPE = "which pydantic cannot read as a type; write one, as bool or list[str]"
REPAIR = "repair it, or uninstall the plugin"


@pytest.mark.parametrize(
    ("sound", "unsound", "said"),
    [
        (
            "def cxcontracts_kinds():",
            "def cxcontracts_kinds(estate, all=True):",
            "cxcontracts_kinds(estate, all) (FILE:22) asks for 'estate', which the hook cxcontracts_kinds does not give; "
            "write def cxcontracts_kinds()",
        ),
        (
            "def cxcontracts_kinds():",
            "def cxcontracts_kind():",
            "cxcontracts_kind() (FILE:22) implements 'cxcontracts_kind', and there is no such hook; "
            "did you mean 'cxcontracts_kinds'?",
        ),
        ("@hookimpl\n", "", "it defines no hook; put @hookimpl above its def cxcontracts_kinds()"),
        ("@hookimpl\n", "@hookimpl(wrapper=True)\n", f"Plugin 'odd/odd' for hook 'cxcontracts_kinds' …; {REPAIR}"),
        (KINDS, "return 7", f"{HOOK}returns 7, {NO_LIST}"),
        (KINDS, "return 'odd'", f"{HOOK}returns 'odd', {NO_LIST}"),
        (KINDS, "Odd()", f"{HOOK}returns None, {NO_LIST}"),
        (KINDS, "return Odd()", f"{HOOK}returns an instance of Odd, {NO_LIST}"),
        (KINDS, "return [Odd]", f"{HOOK}brings the class Odd, which is no kind yet; return Odd()"),
        (
            KINDS,
            "return [7]",
            f"{HOOK}brings 7, which has no 'name', 'key', 'form', 'harm', 'requirements'; {WHOLE}",
        ),
        (KINDS, "return [{}['a']]", f"{HOOK}raises KeyError: 'a' (FILE:24); {REPAIR}"),
        (KINDS, "yield Odd(); sys.exit(0)", f"{HOOK}raises SystemExit: 0 (FILE:24); {REPAIR}"),
        ("    form = bool\n", "\n", f"{HOOK}brings an instance of Odd, which has no 'form'; {WHOLE}"),
        (
            "def on_contract(",
            "def on_contracts(",
            f"{HOOK}brings an instance of Odd, which judges nothing; give it on_contract or on_exchanges",
        ),
        (
            "harm = Harm.BLOCKED",
            "harm = 'blocked'",
            f"{HOOK}brings an instance of Odd, whose 'harm' is 'blocked'; it must be a cxcontracts.findings.Harm",
        ),
        (
            'name = key = "odd"',
            "name, key = '', 'odd'",
            f"{HOOK}brings an instance of Odd, whose 'name' is ''; it must be text, as it stands in ids",
        ),
        (
            'name = key = "odd"',
            "name, key = 'odd', None",
            f"{HOOK}brings an instance of Odd, whose 'key' is None; it must be text, empty where it owns no key of a step",
        ),
        (
            'name = key = "odd"',
            "name, key = 'odd', 'call'",
            f"{HOOK}brings the kind 'odd': the step key 'call' is no kind's to own; give it a key of its own",
        ),
        ("form = bool", "form = 7", f"{HOOK}brings the kind 'odd', whose 'form' is 7, {NO_TYPE}"),
        ("form = bool", "form = [7]", f"{HOOK}brings the kind 'odd', whose 'form' is [7], {NO_TYPE}"),
        (
            "import os,",
            "import nonesuch,",
            f"'odd' cannot be imported, it raises ModuleNotFoundError: No module named 'nonesuch' (FILE:2); {REPAIR}",
        ),
        (
            "import os,",
            "import os",
            f"'odd' cannot be imported, it raises SyntaxError: invalid syntax (odd.py, line 2); {REPAIR}",
        ),
        (
            "class Odd:",
            "sys.exit(0)\nclass Odd:",
            f"'odd' cannot be imported, it raises SystemExit: 0 (FILE:9); {REPAIR}",
        ),
    ],
)
def test_an_unsound_plugin_is_unusable_and_named_with_what_is_wrong_and_what_to_do(
    sound: str, unsound: str, said: str, here: Workplace
) -> None:
    environment = here.plug("return Judgement(Verdict.INTACT)")
    here.edit("plugged/odd.py", sound, unsound)

    ran = here.process("check", env=environment)

    shown = said.replace("FILE", str(here.folder / "plugged/odd.py"))
    first, _, rest = f"cxcontracts: plugin odd/odd: {shown}\n".partition("…")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert (ran.stderr.startswith(first), ran.stderr.endswith(rest), ran.stderr.count("\n")) == (True, True, 1)


def test_debugging_shows_where_a_plugin_fails(here: Workplace) -> None:
    environment = here.plug("return Judgement(Verdict.INTACT)")
    here.edit("plugged/odd.py", KINDS, "return 1 / 0")

    ran = here.process("check", env={**environment, "CX_DEBUG": "1"})

    assert ran.returncode == 2
    assert "Traceback (most recent call last):" in ran.stderr


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("odd", "cxcontracts: plugins even/odd and odd/odd are one and the same; name it in one entry point\n"),
        ("nowhere", "cxcontracts: plugin even/odd: 'nowhere' cannot be imported, it raises ModuleNotFoundError"),
    ],
)
def test_an_entry_point_of_the_same_name_in_another_distribution_is_another_plugin(
    module: str, said: str, here: Workplace
) -> None:
    environment = here.plug("return Judgement(Verdict.INTACT)")
    here.write("plugged/even-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: even\nVersion: 1\n")
    here.write("plugged/even-1.dist-info/entry_points.txt", f"[cxcontracts]\nodd = {module}\n")

    ran = here.process("check", env=environment)

    assert (ran.returncode, ran.stderr.startswith(said)) == (2, True)
