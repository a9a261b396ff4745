"""The public hooks: what a plugin can add, and what the package itself adds through the same door.

Whatever is wrong with a plugin is a :class:`PluginError` that names it, as ``DISTRIBUTION/ENTRY-POINT``, and the definition.
"""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pluggy
from pydantic import TypeAdapter

from cxcontracts.errors import ContractError, PluginError
from cxcontracts.estate.written import step_form
from cxcontracts.findings import Harm
from cxcontracts.problems import did_you_mean
from cxcontracts.sanitise import harmless_line

if TYPE_CHECKING:
    from cxcontracts.onboarding.dossier import Dossier
    from cxcontracts.onboarding.scorecard import Line, Outcome
    from cxcontracts.requirements import Kind

ENTRY_POINT = "cxcontracts"
"""The entry-point group under which a distribution names its plugin module."""

BUILT_IN = "built-in"
"""The name under which the package's own kinds are registered."""

_BUILT_IN_LINES = f"{BUILT_IN} lines"
"""The name under which the package's own lines of a scorecard are, once somebody asks for lines."""

_LINE_ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"

hookspec = pluggy.HookspecMarker("cxcontracts")
hookimpl = pluggy.HookimplMarker("cxcontracts")

_REPAIR = "repair it, or uninstall the plugin"


class Hooks:
    """What a plugin may implement."""

    @hookspec
    def cxcontracts_kinds(self) -> Sequence[Kind]:  # type: ignore[empty-body]
        """Return the kinds of requirement that the plugin adds; see :class:`cxcontracts.requirements.Kind`."""

    @hookspec
    def cxcontracts_lines(self) -> Sequence[Line]:  # type: ignore[empty-body]
        """Return the lines that the plugin adds to every scorecard; see :class:`cxcontracts.onboarding.scorecard.Line`."""

    @hookspec
    def cxcontracts_sign(
        self, name: str, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Mapping[str, str] | None:
        """Return the headers that sign a request, which is sent once they are added; None where the name is not the plugin's.

        Called for every request of a partner with ``auth: {hook: name}``, from several threads at once perhaps.

        Args:
            name: What the estate calls the way to sign.
            method: Upper case.
            url: The whole address, percent-encoded, with the query.
            headers: What goes out so far, names in lower case.
            body: The bytes that go out.
        """


_HOOKS = {
    name: list(inspect.signature(hook).parameters)[1:] for name, hook in vars(Hooks).items() if name.startswith("cxcontracts_")
}
"""Each hook with its arguments."""


_PARTS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("text, as it stands in ids", lambda value: isinstance(value, str) and value != ""),
    "key": ("text, empty where it owns no key of a step", lambda value: isinstance(value, str)),
    "form": ("a type", lambda value: True),
    "harm": ("a cxcontracts.findings.Harm", lambda value: isinstance(value, Harm)),
    "requirements": ("a method", callable),
}
"""What a kind has, and what each must be."""

_JUDGING = ("on_contract", "on_exchanges")
"""The methods of which a kind has at least one."""


@cache
def manager() -> pluggy.PluginManager:
    """Return the plugin manager, with the built-in kinds and every installed plugin.

    Raises:
        PluginError: If a plugin cannot be imported, or defines a hook that does not exist as it is defined, or none.
    """
    import cxcontracts.kinds

    plugins = pluggy.PluginManager("cxcontracts")
    plugins.add_hookspecs(Hooks)
    plugins.register(cxcontracts.kinds, BUILT_IN)
    found = {f"{each.dist.name if each.dist else '?'}/{each.name}": each for each in entry_points(group=ENTRY_POINT)}
    for name, entry_point in sorted(found.items()):
        _register(plugins, name, _loaded(name, entry_point))
    return plugins


def _loaded(name: str, entry_point: EntryPoint) -> object:
    try:
        return entry_point.load()
    except (Exception, SystemExit) as error:
        what = f"plugin {name}: {entry_point.value!r} cannot be imported, it raises {_said(error)}"
        raise PluginError(f"{what}; {_REPAIR}") from error


def _register(plugins: pluggy.PluginManager, name: str, plugin: object) -> None:
    options = {attribute: plugins.parse_hookimpl_opts(plugin, attribute) for attribute in dir(plugin)}
    defined = {attribute: found.get("specname") or attribute for attribute, found in options.items() if found is not None}
    if not defined:
        raise PluginError(f"plugin {name}: it defines no hook; put @hookimpl above its def {_call(next(iter(_HOOKS)))}")
    for attribute, hook in defined.items():
        _check_definition(f"plugin {name}: {_defined(getattr(plugin, attribute))}", hook, getattr(plugin, attribute))
    known = plugins.get_name(plugin)
    if known is not None:
        raise PluginError(f"plugins {known} and {name} are one and the same; name it in one entry point")
    try:
        plugins.register(plugin, name)
    except pluggy.PluginValidationError as error:
        raise PluginError(f"plugin {name}: {_in_a_line(str(error))}; {_REPAIR}") from error


def _check_definition(where: str, hook: str, definition: Callable[..., object]) -> None:
    if hook not in _HOOKS:
        raise PluginError(f"{where} implements {hook!r}, and there is no such hook; {did_you_mean(hook, _HOOKS)}")
    asked = [each.name for each in inspect.signature(definition).parameters.values() if each.default is each.empty]
    surplus = [name for name in asked if name not in _HOOKS[hook]]
    if surplus:
        names = ", ".join(map(repr, surplus))
        raise PluginError(f"{where} asks for {names}, which the hook {hook} does not give; write def {_call(hook)}")


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of requirement: the built-in ones first, then those of plugins by the plugins' names.

    Raises:
        PluginError: If what a plugin brings is no kind, if two kinds have one name, or own one key of a step.
    """
    implementations = manager().hook.cxcontracts_kinds.get_hookimpls()
    in_order = sorted(implementations, key=lambda each: (each.plugin_name != BUILT_IN, each.plugin_name))
    found = [(each.plugin_name, kind) for each in in_order for kind in _brought(each.plugin_name, each.function)]
    for index, (plugin, kind) in enumerate(found):
        for earlier_plugin, earlier in found[:index]:
            _check_apart(earlier_plugin, earlier, plugin, kind)
    return tuple(kind for _, kind in found)


@cache
def lines() -> tuple[Line, ...]:
    """Return every line of a scorecard: the built-in ones first, then those of plugins by the plugins' names.

    Raises:
        PluginError: If what a plugin brings is no line, or two lines have one id.
    """
    import cxcontracts.onboarding

    if not manager().is_registered(cxcontracts.onboarding):
        manager().register(cxcontracts.onboarding, _BUILT_IN_LINES)
    implementations = manager().hook.cxcontracts_lines.get_hookimpls()
    in_order = sorted(implementations, key=lambda each: (each.plugin_name != _BUILT_IN_LINES, each.plugin_name))
    found: dict[str, tuple[str, Line]] = {}
    for each in in_order:
        for line in _lines_of(each.plugin_name, each.function):
            if line.id in found:
                owner = found[line.id][0]
                first = "cxcontracts itself" if owner == _BUILT_IN_LINES else f"plugin {owner}"
                raise PluginError(f"{first} and plugin {each.plugin_name} each bring a line {line.id!r}; rename one")
            found[line.id] = (each.plugin_name, line)
    return tuple(line for _, line in found.values())


def line_ids() -> frozenset[str]:
    """Return the ids of all lines of a scorecard; raises as :func:`lines`."""
    return frozenset(line.id for line in lines())


def _lines_of(plugin: str, hook: Callable[[], object]) -> Iterator[Line]:
    from cxcontracts.onboarding.scorecard import Line

    where = f"plugin {plugin}: {_defined(hook)}"
    for line in _members(where, hook, "lines"):
        if not isinstance(line, Line):
            raise PluginError(f"{where} brings {_shown(line)}, which is no line; return cxcontracts.onboarding.scorecard.Line")
        if not re.fullmatch(_LINE_ID, line.id):
            raise PluginError(f"{where} brings a line of the id {line.id!r}; write it in kebab case, as docs-in-german")
        yield line if plugin == _BUILT_IN_LINES else replace(line, judge=_guarded(where, line), excuse=_excused(where, line))


def _guarded(where: str, line: Line) -> Callable[[Dossier], Outcome]:
    """Return what judges a plugin's line, and names the plugin where that goes wrong."""
    from cxcontracts.onboarding.scorecard import Outcome

    def judge(dossier: Dossier) -> Outcome:
        try:
            found = line.judge(dossier)
        except ContractError:
            raise
        except (Exception, SystemExit) as error:
            raise PluginError(f"{where}: the line {line.id!r} raises {_said(error)}; {_REPAIR}") from error
        if not isinstance(found, Outcome):
            raise PluginError(f"{where}: the line {line.id!r} returns {_shown(found)}, which is no Outcome; return one")
        return found

    return judge


def _excused(where: str, line: Line) -> Callable[[Dossier], str]:
    """Return what says why a plugin's line does not apply, and names the plugin where that goes wrong."""

    def excuse(dossier: Dossier) -> str:
        try:
            return str(line.excuse(dossier))
        except (Exception, SystemExit) as error:
            raise PluginError(f"{where}: the line {line.id!r} raises {_said(error)}; {_REPAIR}") from error

    return excuse


def signature(name: str, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
    """Return the headers that sign a request, of the first plugin that knows how to, in the order of the plugins' names.

    Raises:
        PluginError: If no plugin knows, or one raises, or returns no headers.
    """
    asked = {"name": name, "method": method, "url": url, "headers": headers, "body": body}
    for each in sorted(manager().hook.cxcontracts_sign.get_hookimpls(), key=lambda each: each.plugin_name):
        where = f"plugin {each.plugin_name}: {_defined(each.function)}"
        try:
            added = each.function(*(asked[argument] for argument in each.argnames))
        except (Exception, SystemExit) as error:
            raise PluginError(f"{where} raises {_said(error)}; {_REPAIR}") from error
        if isinstance(added, Mapping) and all(isinstance(text, str) for pair in added.items() for text in pair):
            return added
        if added is not None:
            raise PluginError(f"{where} returns {type(added).__name__}, and not headers; return name to text, or None")
    raise PluginError(f"no plugin signs as {name!r}; install one with def {_call('cxcontracts_sign')}, or correct the name")


def _members(where: str, hook: Callable[[], object], what: str) -> tuple[Any, ...]:
    """Return what a hook brings, which has to be a list."""
    try:
        offered = hook()
        members = tuple(offered) if isinstance(offered, Iterable) and not isinstance(offered, str) else None
    except (Exception, SystemExit) as error:
        raise PluginError(f"{where} raises {_said(error)}; {_REPAIR}") from error
    if members is None:
        raise PluginError(
            f"{where} returns {_shown(offered)}, which is no list of {what}; return a list of them, or an empty one"
        )
    return members


def _brought(plugin: str, hook: Callable[[], object]) -> Iterator[Kind]:
    where = f"plugin {plugin}: {_defined(hook)}"
    for kind in _members(where, hook, "kinds"):
        _check_kind(where, kind)
        if plugin != BUILT_IN:
            _check_form(where, kind)
        yield kind


def _check_kind(where: str, kind: Any) -> None:
    if isinstance(kind, type):
        raise PluginError(f"{where} brings the class {kind.__name__}, which is no kind yet; return {kind.__name__}()")
    missing = [name for name in _PARTS if not hasattr(kind, name)]
    if missing:
        names = ", ".join(map(repr, missing))
        raise PluginError(
            f"{where} brings {_shown(kind)}, which has no {names}; give it all that cxcontracts.requirements.Kind has"
        )
    judging = [name for name in _JUDGING if hasattr(kind, name)]
    if not judging:
        raise PluginError(f"{where} brings {_shown(kind)}, which judges nothing; give it {' or '.join(_JUDGING)}")
    for name, (words, fits) in {**_PARTS, **{name: ("a method", callable) for name in judging}}.items():
        value = getattr(kind, name)
        if not fits(value):
            raise PluginError(f"{where} brings {_shown(kind)}, whose {name!r} is {_shown(value)}; it must be {words}")


def _check_form(where: str, kind: Kind) -> None:
    if not kind.key:
        return
    try:
        TypeAdapter(kind.form)
        hash(kind.form)
    except Exception as error:
        what = f"{where} brings the kind {kind.name!r}, whose 'form' is {_shown(kind.form)}"
        raise PluginError(f"{what}, which pydantic cannot read as a type; write one, as bool or list[str]") from error
    try:
        step_form(((kind.key, kind.form),))
    except ValueError as error:
        raise PluginError(f"{where} brings the kind {kind.name!r}: {error}; give it a key of its own") from error


def _check_apart(one_plugin: str, one: Kind, other_plugin: str, other: Kind) -> None:
    if one.name == other.name:
        clash = f"a kind of requirement of the name {one.name!r}"
    elif one.key and one.key == other.key:
        clash = f"a kind that owns the step key {one.key!r}, {one.name!r} and {other.name!r}"
    else:
        return
    if one_plugin == other_plugin:
        raise PluginError(f"plugin {one_plugin} brings twice {clash}; rename one")
    first = "cxcontracts itself" if one_plugin == BUILT_IN else f"plugin {one_plugin}"
    raise PluginError(f"{first} and plugin {other_plugin} each bring {clash}; rename one, or uninstall a plugin")


def _call(hook: str) -> str:
    return f"{hook}({', '.join(_HOOKS[hook])})"


def _defined(definition: Callable[..., object]) -> str:
    """Return a definition with the place where it is written."""
    name = getattr(definition, "__name__", type(definition).__name__)
    code = getattr(inspect.unwrap(definition), "__code__", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
    return f"{name}({', '.join(inspect.signature(definition).parameters)}){place}"


def _said(error: BaseException) -> str:
    """Return an exception of a plugin, with the line that raised it where that is not Python's or ours."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "importlib" not in frame.filename]
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames and frames[-1].filename != __file__ else ""
    return f"{_in_a_line(f'{type(error).__name__}: {error}')}{place}"


def _shown(value: object) -> str:
    """Return a value of a plugin; an object by its class, for its repr may be anything."""
    if isinstance(value, str | int | float | list | tuple | dict | None):
        return _in_a_line(repr(value))
    return f"an instance of {type(value).__name__}"


def _in_a_line(text: str) -> str:
    return harmless_line(" ".join(text.split()), 200)
