"""Bodies as they were packed on the way (RFC 9110, section 8.4), unpacked within bounds: a small one may fill a machine."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

from cxcontracts.running.wire import Failed
from cxcontracts.walks import Trouble

MOST_BYTES: Final = 5_000_000
"""The most bytes of a body that are read."""

MOST_FOLD: Final = 200
"""The most times that a body may be larger than it came, once it is larger than :data:`_LOOKED_AT`."""

_LOOKED_AT: Final = 1_000_000
_AT_A_TIME: Final = 65_536
_GZIP: Final = 16 + zlib.MAX_WBITS


def unpack(chunks: Iterable[bytes], coding: str, into: bytearray) -> None:
    """Add the bytes of a body to *into*, unpacked.

    Args:
        chunks: What came.
        coding: The value of ``Content-Encoding``; empty without.
        into: What could be read is there, whatever is raised.

    Raises:
        Failed: If it is packed otherwise than by gzip or deflate, or twice, or is broken, or more than is read.
    """
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        for chunk in chunks:
            into += chunk
            if len(into) > MOST_BYTES:
                raise _too_much()
        return
    packed = _Packed(coding, into)
    for chunk in chunks:
        packed.feed(chunk)
    packed.end()


class _Packed:
    """A body that is being unpacked."""

    def __init__(self, coding: str, into: bytearray) -> None:
        self._coding = coding
        self._into = into
        self._came = 0
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        self._came += len(chunk)
        if self._came > MOST_BYTES:
            raise _too_much()
        more = True
        while more:
            if self._stream is None or self._stream.eof:
                if self._stream is not None and not chunk.startswith(b"\x1f\x8b"):
                    return  # padding behind the end
                self._stream = self._begun(chunk)
            try:
                piece = self._stream.decompress(chunk, _AT_A_TIME)
            except zlib.error:
                raise Failed(
                    Trouble.GARBLED, f"its body is announced as packed by {self._coding}, and cannot be unpacked"
                ) from None
            self._into += piece
            if len(self._into) > MOST_BYTES or len(self._into) > max(_LOOKED_AT, MOST_FOLD * self._came):
                raise _too_much()
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            more = bool(chunk) or (len(piece) == _AT_A_TIME and not self._stream.eof)

    def end(self) -> None:
        if self._stream is not None and not self._stream.eof:
            raise Failed(Trouble.GARBLED, f"its body, packed by {self._coding}, breaks off")

    def _begun(self, chunk: bytes) -> zlib._Decompress:
        if self._coding in ("gzip", "x-gzip"):
            return zlib.decompressobj(_GZIP)
        if self._coding == "deflate":  # with zlib's header as RFC 9110 says, or without as many do
            return zlib.decompressobj(zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        if "," in self._coding:
            raise Failed(Trouble.GARBLED, f"its body is packed more than once ({self._coding}), which is not read")
        raise Failed(Trouble.GARBLED, f"its body is packed by {self._coding}, which we did not ask for")


def _too_much() -> Failed:
    return Failed(Trouble.GARBLED, f"its body is larger than {MOST_BYTES // 1_000_000} MB, or unfolds beyond all measure")
