"""Files of a commit, read from git's objects: nothing is checked out, run or fetched."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Final

from cxcontracts.contracts.stores import beneath, outside
from cxcontracts.documents import MOST_BYTES, Refused, quoted, unpacked
from cxcontracts.documents.refusals import too_large
from cxcontracts.errors import UsageError
from cxcontracts.problems import did_you_mean, nearest

MOST_ENTRIES: Final = 100_000
"""How many files of a commit are listed; Linux has 90,000."""

_OBJECT: Final = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) ([0-9]+)")
_LINK: Final = re.compile(rb"(symlink|dangling|loop|notdir) ([0-9]+)")
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f]")
_UPWARDS: Final = ("./", "../")

_LINKED: Final = b"120000"
_LENT: Final = b"160000"  # a commit of another repository
_MOST_GUESSES: Final = 5_000
"""Among how many paths the one is looked for that was meant."""

_NOWHERE: Final = {
    b"dangling": "a link in its path leads nowhere",
    b"loop": "links in its path lead round in a circle",
    b"notdir": "its path leads through a file",
}

_AROUND: Final = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks; no configuration overrides this
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object of git.

    Attributes:
        id: Its hash.
        type: ``blob``, ``tree``, ``commit`` or ``tag``.
        size: In bytes.
    """

    id: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a tree lists.

    Attributes:
        path: Its path below the tree.
        link: Whether it is a symbolic link.
    """

    path: str
    link: bool


class Repository:
    """The git repository that a folder lies in, read by two processes that are started when first asked.

    Args:
        here: The folder; GIT_DIR goes before it, as in git.

    Attributes:
        processes: Those that run, by the option of ``git cat-file`` that they were started with.
    """

    def __init__(self, here: Path) -> None:
        self._here = here
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        for way in tuple(self.processes):
            self._end(way)

    def named(self, name: str) -> GitObject | None:
        """Return the object of a name, symbolic links within its tree being followed; None where there is none.

        Args:
            name: As git reads it: ``main``, ``HEAD^{tree}``, ``main:api/openapi.yaml``.

        Raises:
            Refused: ``file-outside`` where a link leads out of the tree, ``file-missing`` where one leads nowhere.
        """
        if _UNPRINTED.search(name):
            return None
        line, answers = self._asked("--batch-check", name)
        found = _OBJECT.fullmatch(line)
        if found is not None:
            return GitObject(found[1].decode(), found[2].decode(), int(found[3]))
        link = _LINK.fullmatch(line)
        if link is None:
            return None
        answers.read(int(link[2]) + 1)
        raise outside() if link[1] == b"symlink" else Refused("file-missing", _NOWHERE[link[1]], "correct it")

    def contents(self, blob: GitObject) -> bytes:
        """Return the bytes of a blob.

        Raises:
            Refused: ``file-too-large`` before any of it is read, ``file-unreadable`` where git lacks it.
        """
        if blob.size > MOST_BYTES:
            raise too_large(MOST_BYTES)
        line, answers = self._asked("--batch", blob.id)
        if not _OBJECT.fullmatch(line):
            raise _lacking()
        data = answers.read(blob.size + 1)
        if len(data) <= blob.size:
            raise _lacking()
        return data[:-1]

    def entries(self, tree: str, *, deep: bool = False) -> list[Entry]:
        """Return what a tree holds, in the order of git: what is right below it, or every file; :data:`MOST_ENTRIES` at most.

        Args:
            tree: Its hash.
            deep: Whether to list the files of its folders, too, and not the folders.
        """
        listing = self._said("ls-tree", "-z", "--full-tree", *(("-r",) if deep else ()), tree)
        parted = (entry.partition(b"\t") for entry in listing.split(b"\0", MOST_ENTRIES)[:MOST_ENTRIES])
        return [
            Entry(os.fsdecode(path), kind.startswith(_LINKED)) for kind, _, path in parted if path and not kind.startswith(_LENT)
        ]

    def changed(self, reference: str, folder: str) -> list[str]:
        """Return the files of a folder below here that are not as a commit has them, as paths from here.

        Raises:
            UsageError: If there is no such commit.
        """
        tree = _tree(f"{reference}^{{tree}}", reference, self)
        if tree is None:
            raise _no_commit(reference, self)
        plain = ("--no-ext-diff", "--no-textconv", "--no-renames", "--relative", "--name-only", "-z")
        return [path for path in os.fsdecode(self._said("diff", *plain, tree, "--", folder)).split("\0") if path]

    @cached_property
    def prefix(self) -> str:
        """The path from the root of the repository to here; empty, or ending in a slash.

        Raises:
            UsageError: If git is not installed, or there is no repository that it reads.
        """
        return os.fsdecode(self._said("rev-parse", "--show-prefix")).removesuffix("\n")

    @property
    def root(self) -> Path:
        """The folder that holds the work tree, if there is one."""
        here = Path(os.path.realpath(self._here))
        return here.joinpath(*[".."] * self.prefix.count("/")).resolve()

    @property
    def references(self) -> list[str]:
        """The names of branches and tags."""
        return os.fsdecode(self._said("for-each-ref", "--format=%(refname:short)", f"--count={MOST_ENTRIES}")).splitlines()

    @property
    def shallow(self) -> bool:
        """Whether the repository has a part of the history only, as CI systems clone it."""
        return self._said("rev-parse", "--is-shallow-repository").strip() == b"true"

    def _asked(self, way: str, name: str) -> tuple[bytes, IO[bytes]]:
        """Ask one of the two processes about an object; return the first line of its answer, and where the rest is read from."""
        self.prefix  # noqa: B018 - says what is wrong with the repository, where anything is
        if way not in self.processes:
            self.processes[way] = self._started("cat-file", way, *(("--follow-symlinks",) if way == "--batch-check" else ()))
        process = self.processes[way]
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(os.fsencode(name) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            self._end(way)
            raise UsageError(f"{_lacking().what}; {_lacking().remedy}")
        return line.removesuffix(b"\n"), process.stdout

    def _end(self, way: str) -> None:
        process = self.processes.pop(way)
        process.kill()
        process.communicate()

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ("git", "--no-pager", *words),
            cwd=self._here,
            env={**os.environ, **_AROUND},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _said(self, *words: str) -> bytes:
        try:
            ran = subprocess.run(
                ("git", "--no-pager", *words),
                cwd=self._here,
                env={**os.environ, **_AROUND},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise UsageError(
                "git is not installed, which reads a file of a commit; install it, or check the commit out"
            ) from None
        if ran.returncode:
            said = " ".join(ran.stderr.decode(errors="replace").split()).removeprefix("fatal: ")
            raise UsageError(f"git cannot read one of a commit here: {said or f'it ended with {ran.returncode}'}")
        return ran.stdout


def _lacking() -> Refused:
    """Return the refusal of what a partial clone does not have."""
    return Refused("file-unreadable", "git has its name and not what is in it", "fetch it, or check the commit out")


class Commit:
    """A folder of a commit, or of the index, as a store of files; links are followed as long as they stay in it.

    Args:
        repository: Where it is read from.
        start: What git names of it start with: ``HASH-OF-ITS-TREE:``, or ``:api/`` in the index.
        shown: The folder as messages name it, ``main:api``.
    """

    def __init__(self, repository: Repository, start: str, shown: str) -> None:
        self._repository = repository
        self._start = start
        self._shown = shown

    def contents(self, path: PurePosixPath) -> bytes:
        """Return the bytes of a file; refuses as :class:`~cxcontracts.contracts.stores.Store` says."""
        try:
            found = self._repository.named(f"{self._start}{path}") if path.parts else None
            if found is not None and found.type == "blob":
                return unpacked(self._repository.contents(found))
        except UsageError:
            raise _lacking() from None
        if found is not None or not path.parts:
            raise Refused("file-irregular", "this is no file", "name a file")
        if path.name in self.beside(path):
            raise _lacking()
        raise Refused("file-missing", "there is no such file", "check the name")

    def beside(self, path: PurePosixPath) -> Collection[str]:
        """Return the names of the files in the folder of a path; of the index none are known."""
        tree, colon, _ = self._start.partition(":")
        if not tree:
            return ()
        try:
            folder = self._repository.named(f"{tree}{colon}{'' if path.parent == PurePosixPath() else path.parent}")
        except Refused:
            return ()
        if folder is None or folder.type != "tree":
            return ()
        return [entry.path for entry in self._repository.entries(folder.id)]

    def shown(self, relative: str) -> str:
        """Return a file as messages name it."""
        return beneath(self._shown, relative)


@dataclass(frozen=True, slots=True)
class Spot:
    """What a git reference to a file or folder leads to.

    Attributes:
        store: The folder: that of the file, or the one that was named.
        file: The name of the file in it; empty for a folder.
        tree: The hash of the folder's tree; empty in the index.
        folder: Where the folder lies, or would lie, were the commit checked out.
    """

    store: Commit
    file: str
    tree: str
    folder: Path


def is_reference(text: str) -> bool:
    """Return whether a text can be ``REF:PATH``.

    >>> is_reference("main:api.yaml"), is_reference("HEAD@{12:30}"), is_reference("api.yaml")
    (True, False, False)
    """
    return _parted(text)[1] is not None


def look_up(text: str, repository: Repository) -> Spot:
    """Return what ``REF:PATH`` leads to, as ``git show`` takes it; ``:PATH`` is the file in the index.

    Raises:
        UsageError: If there is no git, no repository, no such commit, or no such path in it.
    """
    reference, path = _parted(text)
    assert path is not None
    try:
        prefix = repository.prefix
    except UsageError as error:
        raise UsageError(f"there is no file {quoted(text)}, and {error}") from None
    inside = _from_root(path, prefix, text)
    folder, slash, name = inside.rpartition("/")
    shown = f"{reference}:{path.rstrip('/').rpartition('/')[0]}"
    if not reference:
        _insist_on_staged(inside, text, repository)
        return Spot(Commit(repository, f":{folder}{slash}", shown), name, "", repository.root / folder)
    root = _tree(f"{reference}^{{tree}}", text, repository)
    if root is None:
        raise _no_commit(reference, repository)
    found = _found(f"{root}:{inside}", text, repository)
    if found is not None and found.type == "tree":
        return Spot(Commit(repository, f"{found.id}:", text.rstrip("/")), "", found.id, repository.root / inside)
    tree = _tree(f"{root}:{folder}", text, repository)
    if tree is None or (found is None and name not in {each.path for each in repository.entries(tree)}):
        raise _no_path(reference, inside, root, repository)
    return Spot(Commit(repository, f"{tree}:", shown), name, tree, repository.root / folder)


def _parted(text: str) -> tuple[str, str | None]:
    """Return the reference and the path; no path where there is none. A colon within braces parts nothing.

    Source: gitrevisions(7), and ``get_oid_with_context_1`` in git's object-name.c.
    """
    depth = 0
    for index, character in enumerate(text):
        if character == ":" and not depth:
            return text[:index], text[index + 1 :]
        depth += (character == "{") - (character == "}" and depth > 0)
    return text, None


def _from_root(path: str, prefix: str, text: str) -> str:
    """Return a path as it counts from the root of the repository; ``./`` and ``../`` count from here."""
    relative = path.startswith(_UPWARDS) or path in (".", "..")
    parts: list[str] = prefix.split("/")[:-1] if relative else []
    for part in path.split("/"):
        if part == ".." and not parts:
            raise UsageError(f"{quoted(text)} leads out of the repository")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _insist_on_staged(path: str, text: str, repository: Repository) -> None:
    found = _found(f":{path}", text, repository)
    if found is None or found.type != "blob":
        raise UsageError(f"the index of git has no file {quoted(path)}; write REF:PATH, or stage it")


def _found(name: str, text: str, repository: Repository) -> GitObject | None:
    try:
        return repository.named(name)
    except Refused as refused:
        raise UsageError(f"{quoted(text)} cannot be read: {refused.what}") from None
    except UsageError as error:
        raise UsageError(f"{quoted(text)} cannot be read: {error}") from None


def _tree(name: str, text: str, repository: Repository) -> str | None:
    found = _found(name, text, repository)
    return found.id if found is not None and found.type == "tree" else None


def _no_commit(reference: str, repository: Repository) -> UsageError:
    hint = did_you_mean(reference, repository.references)
    if repository.shallow and not hint.startswith("did you mean"):
        hint = "this clone has only a part of the history; run: git fetch --unshallow"
    return UsageError(f"there is no file and no commit {quoted(reference)} here; {hint}")


def _no_path(reference: str, path: str, root: str, repository: Repository) -> UsageError:
    """Return the error for a path that a commit does not have, with the one that was most likely meant."""
    paths = [each.path for each in repository.entries(root, deep=True)]
    name = path.rpartition("/")[2]
    namesakes = [each for each in paths if each.rpartition("/")[2] == name]
    meant = nearest(path, namesakes or paths[:_MOST_GUESSES]) or next(iter(namesakes), None)
    hint = f"did you mean {quoted(f'{reference}:{meant}')}?" if meant else "its path counts from the root, ./PATH from here"
    return UsageError(f"{quoted(reference)} has no {quoted(path)}; {hint}")
