"""Detectors of breaking changes that others make, and ours, each behind the same small interface.

Run it to install them: ``python -m benchmarks.peers``. It needs Go, a package index, npm, Java and git for all of them; what is
installed stays outside the repository. Nothing of them is patched: what one needs to start at all is said beside it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from benchmarks import oasdiff
from benchmarks.cached import home, python_package
from benchmarks.corpus import Pair, Version
from benchmarks.leaves import parse
from benchmarks.measure import Cost

Command = Sequence[str | Path]

_BREAKWATCH = "0.1.0"
_SENTINEL = "1.0.2"
_SPECMATIC = "2.55.3"
_OPTIC = "1.0.9"
_AJV = "8.12.0"
"""With the newest ajv, as npm would choose, Optic ends in a SyntaxError before it has read anything."""
_HEAP = "6g"
_FOLDERS = re.compile(r'"/[^"]*/')


@dataclass(frozen=True, slots=True)
class Said:
    """What a detector made of a pair.

    Attributes:
        breaking: Whether it says that something breaks; None where it could not tell.
        note: How much it found, or why it could not tell.
    """

    breaking: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class Peer:
    """One detector.

    Attributes:
        name: What it is called.
        version: Which release is measured, and what else there is to know of it.
        install: Installs it where it is not there yet; raises SystemExit if it cannot be.
        command: Returns what to run on a pair; what it needs first is made ready in an empty folder, and not measured.
        said: Reads what it printed, or how it ended.
    """

    name: str
    version: str
    install: Callable[[], object]
    command: Callable[[Pair, Path], Command]
    said: Callable[[Cost], Said]


# --- ours ---------------------------------------------------------------------------------------------------------------------


def ours(*words: str | Path) -> Command:
    """Return our own command, with its bytecode kept as that of any installed program is."""
    kept = ["env", "--unset=PYTHONDONTWRITEBYTECODE", f"PYTHONPYCACHEPREFIX={home('bytecode')}"]
    return [*kept, Path(sys.executable).parent / "cxcontracts", *words]


def _our_command(pair: Pair, _: Path) -> Command:
    return ours("diff", pair.old.file, pair.new.file, "--format", "json")


def _our_words(cost: Cost) -> Said:
    """Read what closes the gate: what is proved to break, and errors in what is announced."""
    printed = _printed(cost, (0, 1, 3))
    if not isinstance(printed, dict):
        return _refused(cost)
    changes = [change for contract in printed.get("contracts", [printed]) for change in contract["changes"]]
    breaking = sum(change["breaking"] for change in changes)
    return Said(cost.exit == 1, f"{breaking} breaking of {len(changes)} changes")


# --- oasdiff: what it calls an error counts -----------------------------------------------------------------------------------


def _oasdiff_command(pair: Pair, _: Path) -> Command:
    return [oasdiff.binary(), "breaking", pair.old.file, pair.new.file, "--format", "json"]


def _oasdiff_words(cost: Cost) -> Said:
    printed = _printed(cost, (0, 1))
    if cost.exit not in (0, 1) or not (printed is None or isinstance(printed, list)):
        return _refused(cost)
    errors = sum(finding["level"] == 3 for finding in printed or ())
    return Said(errors > 0, f"{errors} errors of {len(printed or ())} findings")


# --- breakwatch, without its graph of consumers -------------------------------------------------------------------------------


def _breakwatch_command(pair: Pair, folder: Path) -> Command:
    program = _home("breakwatch", _BREAKWATCH) / "bin" / "breakwatch"
    return [*_in(folder), program, "diff", pair.old.file, pair.new.file, "--format", "json"]


def _breakwatch_words(cost: Cost) -> Said:
    printed = _printed(cost, (0, 1))
    if not isinstance(printed, dict):
        return _refused(cost)
    counts = printed["summary"]
    return Said(counts["breaking"] > 0, ", ".join(f"{count} {word}" for word, count in counts.items()))


# --- both, told which endpoints somebody calls ---------------------------------------------------------------------------------


def told(endpoints: Sequence[str]) -> tuple[Peer, Peer]:
    """Return oasdiff and breakwatch as somebody uses them who calls these endpoints only, each ``METHOD /path``.

    oasdiff knows of no callers, so that its findings about other operations are left out; breakwatch is given its graph.
    """

    def command(pair: Pair, folder: Path) -> Command:
        consumers = {"caller": {"consumes": [{"producer": "api", "endpoints": list(endpoints)}]}}
        graph = {"version": 1, "producers": {"api": {"spec": str(pair.old.file)}}, "consumers": consumers}
        file = folder / "breakwatch.yaml"
        file.write_text(json.dumps(graph), encoding="utf-8")
        program = _home("breakwatch", _BREAKWATCH) / "bin" / "breakwatch"
        words: Command = ["check", "--config", file, "--producer", "api", "--old", pair.old.file, "--new", pair.new.file]
        return [*_in(folder), program, *words, "--format", "json"]

    def words(cost: Cost) -> Said:
        printed = _printed(cost, (0, 1))
        if not isinstance(printed, dict):
            return _refused(cost)
        counts = printed["consumers"]["caller"]["summary"]
        return Said(counts["breaking"] > 0, ", ".join(f"{count} {word}" for word, count in counts.items()))

    def errors(cost: Cost) -> Said:
        printed = _printed(cost, (0, 1))
        if cost.exit not in (0, 1) or not (printed is None or isinstance(printed, list)):
            return _refused(cost)
        known = [each for each in printed or () if not each.get("path") or f"{each['operation']} {each['path']}" in endpoints]
        return Said(any(each["level"] == 3 for each in known), f"{len(known)} of {len(printed or ())} findings")

    oasdiff_peer, breakwatch_peer = PEERS[1:3]
    return (
        replace(oasdiff_peer, name="oasdiff, told the endpoints", said=errors),
        replace(breakwatch_peer, name="breakwatch, told the endpoints", command=command, said=words),
    )


# --- api-diff-sentinel: turning YAML round for it is not measured -------------------------------------------------------------


def _sentinel_command(pair: Pair, folder: Path) -> Command:
    program = _home("api-diff-sentinel", _SENTINEL) / "bin" / "api-diff"
    return [*_in(folder), program, *(_as_json(each, folder) for each in (pair.old, pair.new)), "--json"]


def _sentinel_words(cost: Cost) -> Said:
    printed = _printed(cost, (0, 1))
    if not isinstance(printed, dict):
        return _refused(cost)
    breaking, others = printed["breaking_changes_count"], printed["non_breaking_changes_count"]
    return Said(breaking > 0, f"{breaking} breaking, {others} others")


# --- Specmatic, between two branches of a repository that is made for it ------------------------------------------------------


def _install_specmatic() -> None:
    python_package("specmatic", _SPECMATIC)
    for program in ("java", "git"):
        _found(program)


def _specmatic_command(pair: Pair, folder: Path) -> Command:
    entry = _branches(pair, folder)
    jar = next(_home("specmatic", _SPECMATIC).rglob("specmatic.jar"))
    check = ["backward-compatibility-check", "--base-branch=old", f"--target-path={entry}"]
    return [*_in(folder), "java", f"-Xmx{_HEAP}", "-jar", jar, *check]


def _specmatic_words(cost: Cost) -> Said:
    """Read its verdict. Where it finds the contract compatible and only an example wrong, that is not counted as a break."""
    checked = next((line for line in cost.output.splitlines() if line.startswith("Generating BCC report for")), "")
    for words, breaking in (
        ("changes to the spec are NOT backward compatible", True),
        ("examples are NOT backward compatible", False),
        ("(COMPATIBLE)", False),
        ("No specs were changed", False),
    ):
        if cost.exit in (0, 1) and words in cost.output:
            return Said(breaking, checked.removeprefix("Generating BCC report for ").rstrip(".") or words)
    return _refused(cost)


# --- Optic, with its own rules, and nothing sent anywhere ---------------------------------------------------------------------


def _install_optic() -> None:
    folder = _home("optic", _OPTIC)
    if (folder / "node_modules" / ".bin" / "optic").exists():
        return
    print(f"installing Optic {_OPTIC} …", file=sys.stderr)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"private": True, "dependencies": {"@useoptic/optic": _OPTIC}, "overrides": {"ajv": _AJV}}
    (folder / "package.json").write_text(json.dumps(wanted), encoding="utf-8")
    _run([_found("npm"), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder], folder)


def _optic_command(pair: Pair, folder: Path) -> Command:
    program = _home("optic", _OPTIC) / "node_modules" / ".bin" / "optic"
    quiet = [*_in(folder), "OPTIC_TELEMETRY_LEVEL=off", "CI=true"]
    return [*quiet, program, "diff", pair.old.file, pair.new.file, "--check", "--json"]


def _optic_words(cost: Cost) -> Said:
    printed = _printed(cost, (0, 1))
    if not isinstance(printed, dict):
        return _refused(cost)
    return Said(cost.exit == 1, f"{len(printed.get('operations', []))} operations changed")


PEERS: tuple[Peer, ...] = (
    Peer("cxcontracts", "this tree", lambda: None, _our_command, _our_words),
    Peer("oasdiff", oasdiff.VERSION, oasdiff.binary, _oasdiff_command, _oasdiff_words),
    Peer("breakwatch", _BREAKWATCH, lambda: python_package("breakwatch", _BREAKWATCH), _breakwatch_command, _breakwatch_words),
    Peer(
        "api-diff-sentinel",
        f"{_SENTINEL}, YAML handed over as JSON, for it reads nothing else",
        lambda: python_package("api-diff-sentinel", _SENTINEL),
        _sentinel_command,
        _sentinel_words,
    ),
    Peer("Specmatic", f"{_SPECMATIC}, with a heap of {_HEAP}", _install_specmatic, _specmatic_command, _specmatic_words),
    Peer("Optic", f"{_OPTIC}, with ajv held at {_AJV}, else it does not start", _install_optic, _optic_command, _optic_words),
)
"""Ours first."""


def main() -> int:
    """Install every one, and print which are there."""
    missing = 0
    for peer in PEERS:
        try:
            peer.install()
            print(f"{peer.name} {peer.version}")
        except SystemExit as reason:
            missing += 1
            print(f"{peer.name}: {reason}")
    return 1 if missing else 0


def _home(name: str, version: str) -> Path:
    return home(f"{name}-{version}")


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise SystemExit(f"it needs {program}")
    return path


def _run(command: Command, folder: Path) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {ended.returncode}:\n{ended.stderr}")


def _in(folder: Path) -> Command:
    """Return what starts a command in *folder*: some of them write reports into the folder they stand in."""
    return ["env", f"--chdir={folder}"]


def _as_json(version: Version, folder: Path) -> Path:
    if version.entry.suffix == ".json":
        return version.file
    file = folder / f"{version.file.parent.name}-{version.entry.stem}.json"
    file.write_bytes(orjson.dumps(parse(version.file.read_bytes()), option=orjson.OPT_NON_STR_KEYS))
    return file


def _branches(pair: Pair, folder: Path) -> Path:
    """Make a repository whose branch ``old`` has the one version and whose head has the other; return the document in it."""

    def git(*words: str) -> None:
        _run(["git", "-c", "user.name=b", "-c", "user.email=b@example.com", "-c", "core.hooksPath=/dev/null", *words], folder)

    git("init", "--quiet", "--initial-branch=old")
    for version, branch in ((pair.old, "old"), (pair.new, "new")):
        if branch == "new":
            git("checkout", "--quiet", "-b", branch)
            git("rm", "--quiet", "-r", ".")
        copied = version.copy_to(folder)
        entry = copied.with_name("contract.yaml")  # one name for both, or it takes them for two contracts; JSON is YAML
        copied.rename(entry)
        git("add", "--all")
        git("commit", "--quiet", "--allow-empty", "--message", branch)
    return entry.relative_to(folder)


def _printed(cost: Cost, accepted: Sequence[int]) -> Any:
    """Return the JSON that a command printed; None where it ended otherwise, or printed something else."""
    if cost.exit not in accepted:
        return None
    try:
        return json.loads(cost.output or "null")
    except ValueError:
        return None


def _refused(cost: Cost) -> Said:
    if not cost.finished:
        return Said(None, f"not done in {cost.wall:.0f} s")
    lines = [line.strip() for line in (cost.complaints or cost.output).splitlines() if line.strip()]
    told = _FOLDERS.sub('"', lines[0])[:100] if lines else "nothing printed"
    return Said(None, f"ended with {cost.exit}: {told}")


if __name__ == "__main__":
    sys.exit(main())
