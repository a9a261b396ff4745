"""The public hooks: what a plugin can add, and what the package itself adds through the same door."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pluggy

from cxcontracts.errors import CxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cxcontracts.requirements import Kind

ENTRY_POINT = "cxcontracts"
"""The entry-point group under which a distribution names its plugin module."""

hookspec = pluggy.HookspecMarker("cxcontracts")
hookimpl = pluggy.HookimplMarker("cxcontracts")


class Hooks:
    """What a plugin may implement."""

    @hookspec
    def cxcontracts_kinds(self) -> Sequence[Kind]:  # type: ignore[empty-body]
        """Return the kinds of requirement that the plugin adds; see :class:`cxcontracts.requirements.Kind`."""


class PluginError(CxError):
    """An installed plugin is unsound."""


@cache
def manager() -> pluggy.PluginManager:
    """Return the plugin manager, with the built-in kinds and every installed plugin."""
    import cxcontracts.kinds

    plugins = pluggy.PluginManager("cxcontracts")
    plugins.add_hookspecs(Hooks)
    plugins.register(cxcontracts.kinds, "built-in")
    plugins.load_setuptools_entrypoints(ENTRY_POINT)
    plugins.check_pending()
    return plugins


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of requirement: the built-in ones first, then those of plugins by name.

    Raises:
        PluginError: If two kinds have one name, or own one key of a step.
    """
    offered = manager().hook.cxcontracts_kinds()
    found = [kind for group in reversed(offered) for kind in group]
    for index, kind in enumerate(found):
        for earlier in found[:index]:
            if kind.name == earlier.name or (kind.key and kind.key == earlier.key):
                raise PluginError(f"two kinds of requirement are called {kind.name!r}; uninstall one of the plugins")
    return tuple(found)
