"""How a command ends: the exit codes, and what becomes of every error on its way out.

0  nothing breaks
1  an experience would break, with a harm in ``fail-on``; ``diff``: a change counts as much as ``--fail-on`` says
2  wrong usage, an unsound estate, contract or plugin
3  nothing is broken, and the answer is not certain
4  nothing was checked, or compared
5  cxcontracts itself failed: a bug, a full disk
130, 143  interrupted by SIGINT or SIGTERM
"""

from __future__ import annotations

import errno
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import click

import cxcontracts
from cxcontracts.cli.output import say, set_up_streams, silence
from cxcontracts.errors import CxError, PluginError, UnsoundError
from cxcontracts.findings import OBSERVING, Diff, Run, Verdict
from cxcontracts.sanitise import harmless_line

INTACT: Final = 0
BROKEN: Final = 1
UNUSABLE: Final = 2
UNCERTAIN: Final = 3
NOTHING_CHECKED: Final = 4
FAILED: Final = 5
INTERRUPTED: Final = 130

_THE_USERS: Final = frozenset(
    {
        errno.EACCES,
        errno.EEXIST,
        errno.EPERM,
        errno.EROFS,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
    }
)


def exit_code(run: Run, strict: bool) -> int:
    """Return how a run ends. What nobody saw is never green."""
    if run.mistakes:
        return UNUSABLE
    if not run.complete:
        return INTERRUPTED
    code = _complete(run, strict)
    if run.command in OBSERVING and not run.exchanges and code not in (BROKEN, NOTHING_CHECKED):
        return UNCERTAIN if run.findings else NOTHING_CHECKED
    return code


def _complete(run: Run, strict: bool) -> int:
    """Return how a complete run ends. A break outweighs a partner of whom nothing was checked, and that what is uncertain."""
    from cxcontracts.reports.sentences import unchecked

    if run.gates:
        return BROKEN
    if not run.partners or unchecked(run):
        return NOTHING_CHECKED
    return UNCERTAIN if uncertain(run, strict) else INTACT


def diff_exit_code(found: Diff, strict: bool) -> int:
    """Return how a complete comparison ends. Where neither version has an operation, nothing was compared."""
    if found.gates:
        return BROKEN
    if not any(contract.operations for contract in found.contracts):
        return NOTHING_CHECKED
    unproven = any(change.verdict is Verdict.UNPROVEN for change in found.changes)
    return UNCERTAIN if strict and unproven else INTACT


def uncertain(run: Run, strict: bool) -> tuple[Verdict, ...]:
    """Return the verdicts found that leave the answer uncertain, worst first."""
    strictly = (Verdict.UNPROVEN, *((Verdict.UNPROMISED,) if run.command == "check" else ())) if strict else ()
    found = {finding.verdict for finding in run.findings if finding.decides or strict}
    return tuple(verdict for verdict in (Verdict.INCONCLUSIVE, *strictly) if verdict in found)


class Signals:
    """The signals that ask the program to stop: each raises KeyboardInterrupt, so that what was found so far can be written.

    Attributes:
        exit_code: What shells give to a program that the signal ended; None until there was one.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None

    def _stop(self, number: int, _: FrameType | None) -> None:
        self.exit_code = 128 + number
        raise KeyboardInterrupt

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch SIGINT and SIGTERM where Python lets us: in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def guarded(run: Callable[[], int]) -> int:
    """Return the exit code of *run*, or that of the error in which it ends, once the error is said in one line.

    Nothing but a break that was found returns 1.
    """
    set_up_streams()
    signals = Signals()
    try:
        with signals.caught():
            code = _explained(run)
    except KeyboardInterrupt:
        say("cxcontracts: interrupted; there is no verdict")
        code = INTERRUPTED
    return signals.exit_code or code


def _explained(run: Callable[[], int]) -> int:
    try:
        return run()
    except click.ClickException as error:
        return _unusable(error)
    except UnsoundError as error:
        for problem in error.problems:
            say(f"cxcontracts: {problem.told}")
        return UNUSABLE
    except CxError as error:
        say(f"cxcontracts: {error}")
        if isinstance(error, PluginError):
            _say_traceback()
        return UNUSABLE
    except BrokenPipeError:
        silence()
        return INTACT  # of a help text enough was read; reports see to it themselves
    except OSError as error:
        return _system(error)
    except (Exception, SystemExit) as error:
        return _bug(error)


def _unusable(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    if context is not None:
        say(context.get_usage())
    say(f"cxcontracts: {error.format_message()}")
    if context is not None:
        say(f"Try: {context.command_path} --help")
    return UNUSABLE


def _system(error: OSError) -> int:
    """Say what the system refused: a file that the user can name otherwise is usage, everything else a failure."""
    named = f"{error.filename}: " if error.filename else ""
    say(f"cxcontracts: {named}{error.strerror or error}")
    _say_traceback()
    silence()
    return UNUSABLE if error.errno in _THE_USERS and error.filename else FAILED


def _bug(error: BaseException) -> int:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    what = harmless_line(f"{type(error).__name__}: {error}", 200)
    say(
        f"cxcontracts: a bug in cxcontracts {cxcontracts.__version__}, not in your estate, so nothing was judged: {what} "
        f"({os.path.basename(frame.filename)}:{frame.lineno}); please report it with what the same command says under CX_DEBUG=1"
    )
    _say_traceback()
    return FAILED


def _say_traceback() -> None:
    if os.environ.get("CX_DEBUG") == "1":
        say(traceback.format_exc())
