"""Why cxcontracts could not judge. A broken experience is never an error.

CxError
├── UsageError          the command line asks for what is not there               exit 2
├── PluginError         an installed plugin is unsound                            exit 2
└── UnsoundError        files that cannot be used; carries the problems           exit 2
    ├── EstateError     the estate's own files
    ├── ContractError   a partner's document
    ├── RecordingError  a recording of traffic
    └── EnvelopeError   a pack or a result, refused as a whole
"""

from __future__ import annotations

from collections.abc import Sequence

from cxcontracts.problems import Place, Problem


class CxError(Exception):
    """The root of everything that cxcontracts raises on purpose."""


class UsageError(CxError):
    """The command line asks for something that is not there."""


class PluginError(CxError):
    """An installed plugin is unsound."""


class UnsoundError(CxError):
    """Files cannot be used as they are.

    Attributes:
        problems: Every mistake that was found, in the order of their places; at least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class EstateError(UnsoundError):
    """The estate's own files are unsound."""


class ContractError(UnsoundError):
    """A partner's document cannot be read, or not in the place that a journey touches."""

    @classmethod
    def at(cls, place: Place, what: str, remedy: str = "", code: str = "") -> ContractError:
        """Return the error for a single mistake."""
        return cls([Problem(place, what, remedy, code)])


class RecordingError(UnsoundError):
    """A recording cannot be read."""


class EnvelopeError(UnsoundError):
    """A pack or a result of one is refused as a whole."""

    @classmethod
    def of(cls, file: str, code: str, what: str, remedy: str) -> EnvelopeError:
        """Return the error with its one reason."""
        return cls([Problem(Place(file, 1, 1), what, remedy, code)])
