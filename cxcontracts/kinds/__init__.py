"""The kinds of requirement that come with the package, one module each, through the same hook as any plugin's."""

from __future__ import annotations

from collections.abc import Sequence

from cxcontracts.kinds.accepts import Accepts
from cxcontracts.kinds.announces import Announces
from cxcontracts.kinds.answers import Answers
from cxcontracts.kinds.asks_at_most import AsksAtMost
from cxcontracts.kinds.consistent import Consistent
from cxcontracts.kinds.effort import Effort
from cxcontracts.kinds.event import Event
from cxcontracts.kinds.informs import Informs
from cxcontracts.kinds.interactions import Pact
from cxcontracts.kinds.keep import Keep
from cxcontracts.kinds.may_have import MayHave
from cxcontracts.kinds.must import Must
from cxcontracts.kinds.needs import Needs
from cxcontracts.kinds.needs_when import NeedsWhen
from cxcontracts.kinds.recognises import Recognises
from cxcontracts.kinds.repeat_safe import RepeatSafe
from cxcontracts.kinds.responds_within import RespondsWithin
from cxcontracts.kinds.succeeds import Succeeds
from cxcontracts.kinds.survives import Survives
from cxcontracts.plugins import hookimpl
from cxcontracts.requirements import Kind


@hookimpl
def cxcontracts_kinds() -> Sequence[Kind]:
    """Return the built-in kinds, as requirements are listed: those of a step, those across steps, those of Pact files."""
    return (
        Answers(), Event(), Needs(), NeedsWhen(), MayHave(), Must(), Accepts(), AsksAtMost(), Keep(), RespondsWithin(), Informs(),
        RepeatSafe(), Survives(), Announces(), Effort(), Recognises(), Consistent(), Succeeds(), Pact(),
    )  # fmt: skip
