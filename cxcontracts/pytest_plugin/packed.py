"""``--cx-pack``: a vendor's own test run, with a pack in place of an estate.

Its tests are collected from the pack's own file: ``operator.cxpack::journeys/rail-disruption.yaml::check-service`` is a step.
What is in it is unpacked into pytest's cache, so that places can be looked up afterwards.
"""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import pytest

from cxcontracts.errors import CxError, UsageError
from cxcontracts.hiding import ELSEWHERE
from cxcontracts.packs.pack import Pack, read_pack
from cxcontracts.packs.unpacking import RELEASE, Release, handed_in, insist_on_allowed, release_of, unpack
from cxcontracts.pytest_plugin import PACKED
from cxcontracts.pytest_plugin.journeys import EstateFile
from cxcontracts.sanitise import harmless_line
from cxcontracts.walks import Handed

_HANDED: Final = pytest.StashKey[Mapping[str, Handed]]()


def use_pack(config: pytest.Config) -> None:
    """Unpack the pack of a run, and have its journeys collected.

    Raises:
        pytest.UsageError: If it is refused, or wants more than the run allows.
    """
    file = file_of_pack(config)
    try:
        pack = read_pack(file, datetime.date.today(), config.getoption("--cx-signed-by"))
        release = _release(config, pack)
        if release is not None:
            insist_on_allowed(pack, file.name, release)
            config.stash[_HANDED] = handed_in(pack, release)
        folder = _folder(config, pack)
        if not hasattr(config, "workerinput"):  # the others find what the first one made
            shutil.rmtree(folder, ignore_errors=True)
            unpack(pack, folder, release)
    except (CxError, OSError) as error:
        raise pytest.UsageError(harmless_line(str(error), None)) from None
    _told(config, pack)
    config.stash[PACKED] = folder
    if file not in (Path(os.path.abspath(config.invocation_params.dir / each.partition("::")[0])) for each in config.args):
        config.args.append(str(file))


class PackFile(pytest.File):
    """A pack: its journeys, and the Pact files of the vendor's consumer."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield a collector for each file that has requirements."""
        folder = self.config.stash[PACKED]
        for path in sorted((*folder.glob("journeys/*.yaml"), *folder.glob("partners/*/pacts/*.json"))):
            name = path.relative_to(folder).as_posix()
            yield _PackedFile.from_parent(self, path=path, name=name, nodeid=f"{self.nodeid}::{name}")


class _PackedFile(EstateFile):
    """A file of a pack."""

    def collect(self) -> Iterator[pytest.Collector | pytest.Item]:
        """Yield what is asked of the vendor: steps of others are there to be played."""
        return (each for each in super().collect() if not each.name.startswith(f"{ELSEWHERE}-"))


def file_of_pack(config: pytest.Config) -> Path:
    """Return the file of a run's pack, absolute."""
    return Path(os.path.abspath(Path(config.invocation_params.dir, config.getoption("--cx-pack"))))


def handed_of(config: pytest.Config) -> Mapping[str, Handed]:
    """Return what stands for what other partners would hand to the release of a pack; nothing without one."""
    return config.stash.get(_HANDED, {})


def _release(config: pytest.Config, pack: Pack) -> Release | None:
    """Return where the vendor's release runs; None where contracts alone are judged."""
    urls = [_bare(pack, each) for each in config.getoption("--cx-url")]
    if not urls:
        return None
    if len(urls) > 1:
        raise UsageError("say where your release runs, once: --cx-url http://localhost:8080")
    examples = config.getoption("--cx-examples")
    known = Path(config.invocation_params.dir, examples) if examples else None
    return release_of(urls[0], writes=config.getoption("--cx-allow") == "write", examples=known)


def _told(config: pytest.Config, pack: Pack) -> None:
    """Give the options that name nobody the name of the pack's partner."""
    option = config.option
    for name in ("cx_url", "cx_states", "cx_messages", "cx_candidate"):
        setattr(option, name, [f"{pack.partner}={_bare(pack, each)}" for each in getattr(option, name)])
    option.cx_env = RELEASE if option.cx_url else ""


def _bare(pack: Pack, written: str) -> str:
    return written.removeprefix(f"{pack.partner}=")


def _folder(config: pytest.Config, pack: Pack) -> Path:
    name = f"{pack.partner}-{pack.digest.removeprefix('sha256:')[:12]}"
    cache: pytest.Cache | None = getattr(config, "cache", None)
    if cache is not None:
        return cache.mkdir("cxpack") / name
    folder = Path(mkdtemp(prefix="cxcontracts-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder / name
