"""The body of a server's answer: unpacked as it comes, and read no further than any answer may be long."""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncIterator

import httpx2

from baogao.errors import ReplyError

MOST_BYTES = 8_000_000
"""Of an answer of whatever status, as it comes and as it is unpacked, log-probabilities included."""

ACCEPTED = {"accept-encoding": "gzip"}
"""What is asked for; a server that packs otherwise is not understood."""
_GZIP = 16 + zlib.MAX_WBITS

_PLAIN = re.compile(r"[\w.+/-]+(\s*;\s*charset=\"?(utf-?8|gb18030|gbk|gb2312|big5|us-ascii|iso-8859-1)\"?)?\s*", re.I)
"""A type of content that may be believed: Python decodes by any name, also by one that unpacks or fails."""


async def cap_body(response: httpx2.Response) -> None:
    """Let no more of an answer be read than :data:`MOST_BYTES` and one, packed or unpacked; for a client's event hooks.

    What is larger is found to be so by :func:`read_body`; of an error the beginning is enough.
    """
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    coding = response.headers.pop("content-encoding", "").strip().lower() or "identity"
    response.stream = _Capped(response.stream, coding, lenient=response.is_error)
    if not _PLAIN.fullmatch(response.headers.get("content-type", "")):
        response.encoding = "utf-8"


class _Capped(httpx2.AsyncByteStream):
    """The bytes of a body, unpacked.

    :param lenient: end where the body cannot be unpacked, as if nothing more had come.
    """

    def __init__(self, stream: httpx2.AsyncByteStream, coding: str, *, lenient: bool) -> None:
        self._stream = stream
        self._coding = coding
        self._lenient = lenient

    async def __aiter__(self) -> AsyncIterator[bytes]:
        unpacking = zlib.decompressobj(_GZIP) if self._coding in ("gzip", "x-gzip") else None
        to_come = to_give = MOST_BYTES + 1
        try:
            if unpacking is None and self._coding != "identity":
                raise zlib.error(f"{self._coding[:40]!r} was not asked for")
            async for part in self._stream:
                part = part[:to_come]
                given = part if unpacking is None else unpacking.decompress(part, to_give)
                to_come, to_give = to_come - len(part), to_give - len(given)
                yield given
                if not to_come or not to_give:
                    return
        except zlib.error as error:
            if not self._lenient:
                raise httpx2.DecodingError(f"the answer cannot be unpacked ({error})") from error

    async def aclose(self) -> None:
        await self._stream.aclose()


async def read_body(parts: AsyncIterator[bytes]) -> bytes:
    """Join the parts of a body, as long as it is of a size that a reply may have.

    :raises ReplyError: it is larger; the rest is not read.
    """
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > MOST_BYTES:
            raise ReplyError(f"the model server's answer is larger than {MOST_BYTES // 1_000_000} MB")
    return bytes(body)
