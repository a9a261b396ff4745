"""A partner's folder: the only place that its contract's references may lead to."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from cxcontracts.contracts.stores import Disk, Store
from cxcontracts.documents import MOST_BYTES, Document, Refused, parse, quoted
from cxcontracts.errors import ContractError
from cxcontracts.problems import Place, did_you_mean

MOST_FILES = 5_000
"""How many files a contract may have; the most known is 2,907."""

MOST_BYTES_IN_ALL = 2 * MOST_BYTES
"""How large a contract may be, all its files together."""

_LONGEST_REFERENCE = 4_000
_COPY = "copy what it names into the partner's folder and refer to the copy"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f]")
_HALF_A_PAIR = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # the others spell the bytes of a file name that is not UTF-8
_BAD_ESCAPE = re.compile(r"~(?![01])")
_UNREAD = {
    "file-irregular": ("ref-not-a-file", "names something that is not a regular file", "name a file"),
    "file-outside": ("ref-outside", "leads out of the partner's folder", _COPY),
    "file-elsewhere": ("ref-elsewhere", "names another file, and the document came alone", "name it as a file in its folder"),
}
"""Why a file is not read, and what that says of the reference to it."""


class RefusedReference(Exception):
    """A ``$ref`` is not followed; whoever met it knows its place.

    Attributes:
        code: The cause, in kebab case.
        what: What is wrong, with the reference.
        remedy: What to do about it.
    """

    def __init__(self, code: str, what: str, remedy: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.remedy = remedy


class Folder:
    """The files of one contract, read when asked for, each once.

    Args:
        root: The folder on disk, or wherever else it is kept.
        shown: A folder on disk as messages name it, ``partners/operator``; may be empty.
    """

    def __init__(self, root: Path | Store, shown: str = "") -> None:
        self._store: Store = Disk(root, shown) if isinstance(root, Path) else root
        self._documents: dict[PurePosixPath, Document] = {}
        self._paths: dict[str, PurePosixPath] = {}
        self._addresses: dict[str, PurePosixPath] = {}
        self._size = 0

    def read(self, relative: str) -> Document:
        """Return the document at a path below the folder; of a key that comes twice in JSON, the last counts.

        Raises:
            ContractError: It cannot be read: :meth:`follow` says why, at the start of the file; or what is in it cannot be used.
        """
        try:
            _refuse_other_than_relative(relative, relative)
            return self._document(_normal(PurePosixPath(), relative, relative), relative)
        except RefusedReference as refused:
            what = refused.what.removeprefix("the reference ")
            raise ContractError.at(Place(self._name(relative)), what, refused.remedy, refused.code) from None

    def follow(self, base: Document, reference: str) -> tuple[Document, tuple[str, ...]]:
        """Return what a ``$ref`` names: the document, and the tokens of the JSON Pointer in it, which may lead nowhere.

        Percent-encoding is decoded once, in the path before it is checked; ``~1`` and ``~0`` in the pointer are unescaped. The
        ``$self`` of a file that was read names that file, and what lies beside it is looked for beside the file.

        Args:
            base: The document of this folder in which the reference stands.
            reference: Its text: ``#/a/b``, ``other.yaml#/a``, ``../sibling.yaml``.

        Raises:
            RefusedReference: With the code

                - ``ref-syntax``: it has control characters, broken UTF-8 or a broken escape, or is endless;
                - ``ref-remote``: it names another host, by URL or ``//host``;
                - ``ref-elsewhere``: it names a file beside a document that came without its folder;
                - ``ref-file-url``, ``ref-scheme``: it is a ``file:`` URL, or has another scheme (``data:``, ``jar:``, ``urn:``);
                - ``ref-absolute``, ``ref-drive``, ``ref-backslash``: its path is not a relative one of ``/`` and names;
                - ``ref-query``: its path has a ``?``;
                - ``ref-outside``: it leads out of the folder, by ``..`` or a symbolic link;
                - ``ref-missing-file``, ``ref-not-a-file``, ``ref-too-large``, ``ref-unreadable``: it names no file to read;
                - ``ref-too-many-files``: the contract has too many files, or they are too large together;
                - ``ref-anchor``: its fragment is a name, not a pointer.
            ContractError: The file is there and cannot be used.

        Sources: RFC 3986, RFC 6901 section 6, OpenAPI 3.2.0 "Establishing the Base URI".
        """
        path, _, fragment = reference.partition("#")
        document = base
        if path in self._addresses:
            document = self._documents[self._addresses[path]]
        elif path:
            folder = self._paths[base.name].parent
            path = path.removeprefix(_folder_of(_own_address(base)))
            document = self._document(_normal(folder, _checked_path(path, reference), reference), reference)
        return document, _tokens(fragment, reference)

    @property
    def files_read(self) -> tuple[str, ...]:
        """The paths of the files read so far, relative to the folder, sorted."""
        return tuple(sorted(map(str, self._documents)))

    def digest(self) -> str:
        """Return ``sha256:…`` of the files read so far: what was judged, and nothing that nobody looked at.

        For one file it is what ``sha256sum`` prints; for several, the digest of what that prints of them, sorted by path. A file
        that gzip packed counts as what it unpacks to.
        """
        digests = {path: hashlib.sha256(self._documents[PurePosixPath(path)].data).hexdigest() for path in self.files_read}
        if len(digests) == 1:
            return f"sha256:{next(iter(digests.values()))}"
        listing = "".join(f"{digest}  {path}\n" for path, digest in digests.items())
        return f"sha256:{hashlib.sha256(listing.encode(errors='surrogateescape')).hexdigest()}"

    def _document(self, path: PurePosixPath, reference: str) -> Document:
        if path not in self._documents:
            name = self._name(str(path))
            data = self._contents(path, reference)
            self._documents[path] = parse(data, name, duplicates="last-wins")
            self._paths[name] = path
            self._size += len(data)
            if address := _own_address(self._documents[path]):
                self._addresses.setdefault(address, path)
        return self._documents[path]

    def _contents(self, path: PurePosixPath, reference: str) -> bytes:
        if len(self._documents) >= MOST_FILES or self._size >= MOST_BYTES_IN_ALL:
            what = f"is one file too many: more than {MOST_FILES:,}, or {MOST_BYTES_IN_ALL:,} bytes"
            raise _refused("ref-too-many-files", reference, what, "bundle the contract into one file")
        try:
            return self._store.contents(path)
        except Refused as found:
            raise self._unread(found, path, reference) from None

    def _unread(self, found: Refused, path: PurePosixPath, reference: str) -> RefusedReference:
        if found.code == "file-missing":
            return _refused("ref-missing-file", reference, "names a file that is not there", self._nearest(path))
        if found.code in _UNREAD:
            code, what, remedy = _UNREAD[found.code]
            return _refused(code, reference, what, remedy)
        code = "ref-too-large" if found.code == "file-too-large" else "ref-unreadable"
        return _refused(code, reference, f"cannot be followed: {found.what}", found.remedy)

    def _nearest(self, missing: PurePosixPath) -> str:
        names = self._store.beside(missing)
        if not names:
            return "check the path; it starts at the folder of the file it stands in"
        return did_you_mean(missing.name, names)

    def _name(self, relative: str) -> str:
        return self._store.shown(relative)


def index_of(token: str) -> int:
    """Return the place in a list that a part of a pointer names.

    Raises:
        ValueError: If it names none.

    Source: RFC 6901, section 4.
    """
    if not re.fullmatch(r"0|[1-9][0-9]*", token):
        raise ValueError(token)
    return int(token)


def _own_address(document: Document) -> str:
    """Return the address that a document gives itself (OpenAPI 3.2); empty where it gives none."""
    value = document.value
    address = value.get("$self") if isinstance(value, dict) and "openapi" in value else ""
    return address.partition("#")[0] if isinstance(address, str) else ""


def _folder_of(address: str) -> str:
    """Return what every address of a file in the same folder starts with; empty where an address is not a whole one."""
    return address[: address.rfind("/") + 1] if _SCHEME.match(address) else ""


def _checked_path(path: str, reference: str) -> str:
    """Return the path of a reference, decoded, if it can be a relative one at all; both spellings of it are looked at."""
    _refuse_other_than_relative(path, reference)
    if "?" in path:
        raise _refused("ref-query", reference, "has a query", "remove it; a file is named by its path")
    decoded = _decoded(path, reference)
    _refuse_other_than_relative(decoded, reference)
    return decoded


def _refuse_unprinted(text: str, reference: str) -> None:
    if len(text) > _LONGEST_REFERENCE or _UNPRINTED.search(text) or _HALF_A_PAIR.search(text):
        raise _refused("ref-syntax", reference, "is too long or has control characters", "write a plain path and a pointer")


def _refuse_other_than_relative(path: str, reference: str) -> None:
    _refuse_unprinted(path, reference)
    scheme = _SCHEME.match(path)
    if scheme and len(scheme.group(1)) == 1:
        raise _refused("ref-drive", reference, "names a drive", _COPY)
    if scheme and scheme.group(1).lower() == "file":
        raise _refused("ref-file-url", reference, "is a file: URL", _COPY)
    if path.startswith("//") or (scheme and path.startswith("//", scheme.end())):
        raise _refused("ref-remote", reference, "names another host, and nothing is fetched", _COPY)
    if scheme:
        raise _refused("ref-scheme", reference, f"has the scheme {scheme.group(1).lower()}:, and only files are read", _COPY)
    if "\\" in path:
        raise _refused("ref-backslash", reference, "has a backslash", "part the names in its path by /")
    if path.startswith("/"):
        raise _refused("ref-absolute", reference, "is an absolute path", _COPY)


def _normal(folder: PurePosixPath, path: str, reference: str) -> PurePosixPath:
    """Return *path*, taken from *folder*, without ``.`` and ``..``; *folder* is relative to the root and so is the result."""
    parts = list(folder.parts)
    for part in path.split("/"):
        if part == ".." and not parts:
            raise _refused("ref-outside", reference, "leads out of the partner's folder", _COPY)
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return PurePosixPath(*parts)


def _tokens(fragment: str, reference: str) -> tuple[str, ...]:
    if not fragment:
        return ()
    pointer = _decoded(fragment, reference)
    if not pointer.startswith("/"):
        remedy = "refer to it by its path, as #/components/schemas/NAME"
        raise _refused("ref-anchor", reference, "refers to an anchor, and anchors are not looked for", remedy)
    if _BAD_ESCAPE.search(pointer):
        raise _refused("ref-syntax", reference, "has a ~ that is neither ~0 nor ~1", "write ~0 for ~ and ~1 for /")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def _decoded(text: str, reference: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise _refused("ref-syntax", reference, "has percent-encoded bytes that are not UTF-8", "encode it as UTF-8") from None
    _refuse_unprinted(decoded, reference)
    return decoded


def _refused(code: str, reference: str, what: str, remedy: str) -> RefusedReference:
    return RefusedReference(code, f"the reference {quoted(reference)} {what}", remedy)
