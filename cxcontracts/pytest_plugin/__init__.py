"""Journeys as pytest tests: ``pytest contracts/`` collects each journey file of an estate, and each requirement is one test.

``contracts/journeys/rail-disruption.yaml::check-service::needs:status`` is judged on the contract of record of the partner that
answers the step, or on its candidate where ``--cx-candidate`` names one. How it ends:

- broken, with a harm in ``fail-on``: it fails; also where it only follows from a break of ``answers`` at its step, and says so;
- inconclusive, and with ``--cx-strict`` unproven too: an error, never a skip;
- waived: an expected failure;
- everything else passes. Other breaks, what is tolerated, unpromised or unproven have a line in the summary.

What is wrong in a file is an error of a test of its own, ``sound``, beside the tests of all that does not depend on it.

A candidate that no test was judged on ends a run that is otherwise green as one that ran no tests (exit code 5).

Test runs without an estate notice nothing: this module imports nothing but pytest, and looks at no file but those named
``journeys/*.yaml`` and ``partners/*/pacts/*.json`` below an ``estate.yaml``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

PACKED: Final = pytest.StashKey[Path]()
"""Where the pack of a run is unpacked."""

_ESTATE: Final = "estate.yaml"
_JOURNEYS: Final = "cxcontracts-journeys"
_REPEATED: Final = (
    ("--cx-url", "PARTNER=URL", "Walk the journeys against partners that run: a base URL, or an app in Python as module:name."),
    ("--cx-given", "NAME=VALUE", "What journeys start with, in place of their examples."),
    ("--cx-states", "PARTNER=URL", "Where a partner's provider states are set up."),
    ("--cx-messages", "PARTNER=URL", "Where a partner hands out the messages of Pact files."),
)
_PACKED: Final = (
    ("--cx-pack", "FILE", "Test a release of your own by what a pack has, in place of an estate."),
    ("--cx-signed-by", "KEY", "With --cx-pack: the key that has to have signed it."),
    ("--cx-allow", "write", "With --cx-pack: let it call what changes something where the address is not this machine."),
    ("--cx-examples", "FILE", "With --cx-pack: the values that your release knows, a map of names to lists."),
)
_OF_PACKS: Final = ("--cx-signed-by", "--cx-allow", "--cx-examples")
_WHERE_ESTATES_ARE: Final = ("contracts/", "*/", "contracts/*/")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of the command line that mean something here, with its own prefix."""
    group = parser.getgroup("cxcontracts", "cxcontracts: the journeys of an estate as tests")
    group.addoption(
        "--cx-candidate",
        action="append",
        default=[],
        metavar="[PARTNER=]FILE",
        help="Judge a contract that a partner proposes, as in --cx-candidate courier=new.yaml; once for each that is released "
        "together.",
    )
    group.addoption("--cx-no-cache", action="store_true", help="Remember nothing of a large estate, and recall nothing.")
    group.addoption("--cx-strict", action="store_true", help="What cannot be decided on the contracts is an error.")
    group.addoption("--cx-env", default="", metavar="NAME", help="Walk the journeys against partners that run in an environment.")
    for option, metavar, words in _REPEATED:
        group.addoption(option, action="append", default=[], metavar=metavar, help=words)
    group.addoption("--cx-budget", default="", metavar="LIMIT", help="No more than so many requests, or so long: 500,2m.")
    group.addoption("--cx-timeout", default="10s", metavar="TIME", help="The longest that one answer may take.")
    group.addoption(
        "--cx-report",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="Write what all tests found as one report: html=report.html,junit=report.xml; once or several times.",
    )
    for option, metavar, words in _PACKED:
        group.addoption(option, default="", metavar=metavar, help=words)
    group.addoption("--cx-no-fuzz", action="store_true", help="Walk the journeys with no other values than their own.")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Offer the hooks by which a conftest.py says where partners run, logs in, and brings about provider states."""
    from cxcontracts.pytest_plugin import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Unpack a pack; refuse candidates of nobody, and files that are not there, before anything is collected.

    Where partners run, the processes that pytest-xdist is about to start share one folder: limits hold over all of them.
    """
    if config.getoption("--cx-pack"):
        from cxcontracts.pytest_plugin.packed import use_pack

        use_pack(config)
    elif any(config.getoption(option) for option in _OF_PACKS):
        raise pytest.UsageError(f"{', '.join(_OF_PACKS)} are for packs; name one with --cx-pack")
    written = config.getoption("--cx-candidate")
    if written and verifies(config):
        raise pytest.UsageError("--cx-candidate judges contracts, --cx-env and --cx-url what runs; ask for one of them")
    if verifies(config) and not hasattr(config, "workerinput"):
        from cxcontracts.running.quotas import run_folder

        closing = ExitStack()
        closing.enter_context(run_folder())
        config.add_cleanup(closing.close)
    if config.getoption("--cx-report") and not hasattr(config, "workerinput"):
        from cxcontracts.pytest_plugin.reporting import Reporter

        config.pluginmanager.register(Reporter(config), "cxcontracts-reports")
    if not written:
        return
    from cxcontracts.candidates import candidates, existing_file, file_of, insist_on_words, partners_of
    from cxcontracts.errors import UsageError
    from cxcontracts.sanitise import harmless_line

    here = config.invocation_params.dir
    try:
        for text in written:
            insist_on_words(text, "--cx-candidate")
            existing_file(file_of(text), here)
        for root in estates_of(config):
            candidates(written, (), partners_of(root), "--cx-candidate", here)
    except UsageError as error:
        raise pytest.UsageError(harmless_line(str(error), None)) from None


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which estates lie where tests are looked for, and what they are judged on."""
    found = [os.path.relpath(root, config.invocation_params.dir) for root in estates_of(config)]
    if not found:
        return None
    from cxcontracts.sanitise import harmless_line

    if verifies(config):
        where = [config.getoption("--cx-env"), *config.getoption("--cx-url")]
        return harmless_line(f"cxcontracts: {', '.join(found)}, partners that run: {', '.join(filter(None, where))}", 500)
    written = config.getoption("--cx-candidate")
    judged_on = f"candidate {', '.join(written)}" if written else "contracts of record"
    return harmless_line(f"cxcontracts: {', '.join(found)}, {judged_on}", 500)


def verifies(config: pytest.Config) -> bool:
    """Tell whether journeys are walked against partners that run: an option, or a conftest.py, says where."""
    told = config.pluginmanager.hook.pytest_cxcontracts_urls.get_hookimpls()
    return bool(config.getoption("--cx-env") or config.getoption("--cx-url") or told)


def estates_of(config: pytest.Config) -> list[Path]:
    """Return the estates that the arguments of a run lead to, sorted: those that they lie in, else those just below them."""
    places = (Path(config.invocation_params.dir, argument.partition("::")[0]) for argument in config.args)
    packed = [config.stash[PACKED]] if PACKED in config.stash else []
    return sorted({root for place in (*places, *packed) for root in _estates(place)})


def _estates(path: Path) -> Iterator[Path]:
    path = Path(os.path.abspath(path))
    above = next((parent for parent in (path, *path.parents) if (parent / _ESTATE).is_file()), None)
    if above is not None:
        yield above
    elif path.is_dir():
        yield from (file.parent for pattern in _WHERE_ESTATES_ARE for file in path.glob(pattern + _ESTATE))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the journeys of an estate and the Pact files of its partners, and no other file."""
    of_pack = file_path.suffix == ".cxpack" and parent.config.getoption("--cx-pack")
    if not (of_pack or is_journey(file_path) or is_pact(file_path)):
        return None
    plugins = parent.config.pluginmanager
    if not plugins.has_plugin(_JOURNEYS):
        _register_journeys(plugins)
    from cxcontracts.pytest_plugin import journeys

    if of_pack:
        from cxcontracts.pytest_plugin.packed import PackFile, file_of_pack

        return PackFile.from_parent(parent, path=file_path) if file_path == file_of_pack(parent.config) else None
    return journeys.EstateFile.from_parent(parent, path=file_path)


def _register_journeys(plugins: pytest.PytestPluginManager) -> None:
    from cxcontracts.documents.collector import uncollected

    with uncollected():  # modules are many objects, which live on
        from cxcontracts.pytest_plugin import journeys
    plugins.register(journeys, _JOURNEYS)


def is_journey(file: Path) -> bool:
    """Return whether a file is a journey of an estate."""
    return file.suffix in (".yaml", ".yml") and file.parent.name == "journeys" and (file.parents[1] / _ESTATE).is_file()


def is_pact(file: Path) -> bool:
    """Return whether a file is a Pact file of a partner of an estate."""
    if file.suffix != ".json" or file.parent.name != "pacts" or len(file.parents) < 4:
        return False
    return file.parents[2].name == "partners" and (file.parents[3] / _ESTATE).is_file()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let no run be green that was asked about a candidate and judged nothing on it."""
    config = session.config
    looks_only = config.option.collectonly or hasattr(config, "workerinput")
    if config.getoption("--cx-candidate") and session.exitstatus == pytest.ExitCode.OK and not looks_only:
        from cxcontracts.pytest_plugin import summary

        if summary.unjudged(config):
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what customers would see; nothing where no journey was judged."""
    told = any(hasattr(report, "cx") for reports in terminalreporter.stats.values() for report in reports)
    if told or terminalreporter.config.getoption("--cx-candidate"):
        from cxcontracts.pytest_plugin import summary

        summary.write(terminalreporter)
