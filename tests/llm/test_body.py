"""Bodies of answers: how far they are read and unpacked."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from itertools import chain, repeat

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import ReplyError
from baogao.llm.body import ACCEPTED, MOST_BYTES, cap_body, read_body


class Sent(httpx2.AsyncBaseTransport):
    """Answers a request with these parts of a body, and counts the bytes that are taken of them."""

    def __init__(self, parts: Iterable[bytes], status: int = 500, **headers: str) -> None:
        self.parts = parts
        self.status = status
        self.headers = {name.replace("_", "-"): said for name, said in headers.items()}
        self.taken = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The head; the body comes as it is read."""
        return httpx2.Response(self.status, headers=self.headers, stream=_Parts(self))


class _Parts(httpx2.AsyncByteStream):
    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._sent.parts:
            self._sent.taken += len(part)
            yield part


def answer(sent: Sent) -> httpx2.Response:
    """The answer, read to its end, as a client with the hook has it."""

    async def run() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=sent, headers=ACCEPTED, event_hooks={"response": [cap_body]}) as client:
            return await client.get("http://server.invalid/")

    return asyncio.run(run())


def zeros() -> Iterable[bytes]:
    """Megabytes of nothing without end, packed."""
    packing = zlib.compressobj(wbits=31)
    begin, block = (packing.compress(bytes(1_000_000)) + packing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return chain([begin], repeat(block * 50))


@pytest.mark.parametrize("status", [200, 302, 401, 500])
@pytest.mark.parametrize(
    ("parts", "coding"),
    [
        (partial(repeat, bytes(100_000)), "identity"),
        (partial(repeat, bytes(30_000_000), 1), "identity"),
        (zeros, "gzip"),
        (zeros, "X-GZIP"),
    ],
)
def test_no_body_is_read_or_unpacked_without_end(
    parts: Callable[[], Iterable[bytes]], coding: str, status: int
) -> None:
    """However a body grows, as it comes or as it is unpacked, 8 MB and one byte of it are had, which is too many."""
    sent = Sent(parts(), status, content_encoding=coding)
    tracemalloc.start()
    content = answer(sent).content
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(content) == MOST_BYTES + 1
    assert sent.taken <= 30_000_000
    assert peak < 40_000_000
    with pytest.raises(ReplyError, match="larger than 8 MB"):
        asyncio.run(read_body(_Parts(Sent([content])).__aiter__()))


@pytest.mark.parametrize("status", [200, 500])
def test_a_body_that_unpacks_to_nothing(status: int) -> None:
    """Empty blocks without end are a body without end."""
    packing = zlib.compressobj(wbits=31)
    begin = packing.compress(b"busy") + packing.flush(zlib.Z_FULL_FLUSH)
    sent = Sent(chain([begin], repeat(b"\0\0\0\xff\xff" * 10_000)), status, content_encoding="gzip")
    assert answer(sent).content == b"busy"
    assert sent.taken < MOST_BYTES + 100_000


def test_what_follows_the_end_of_a_packed_body() -> None:
    """It is no part of the body, and not read without end either."""
    sent = Sent(chain([gzip.compress(b"busy")], repeat(bytes(100_000))), content_encoding="gzip")
    assert answer(sent).content == b"busy"
    assert sent.taken < MOST_BYTES + 200_000


BAD_PACKING = [
    ([b"no gzip"], "gzip"),
    ([gzip.compress(b"busy")], "gzip, gzip"),
    ([b"\x0b\x01\x80busy\x03"], "br"),
    ([b"busy"], "zstd"),
    ([zlib.compress(b"busy")], "deflate"),
    (repeat(b"busy"), "x" * 1000),
]


@pytest.mark.parametrize(("parts", "coding"), BAD_PACKING)
def test_a_body_that_cannot_be_unpacked(parts: Iterable[bytes], coding: str) -> None:
    """An error has its status still; any other answer is as good as none."""
    assert answer(Sent(parts, 500, content_encoding=coding)).content == b""
    with pytest.raises(httpx2.DecodingError, match="cannot be unpacked") as caught:
        answer(Sent(parts, 200, content_encoding=coding))
    assert len(str(caught.value)) < 120


@given(st.binary(max_size=300), st.integers(1, 50), st.sampled_from(["", "identity", "gzip"]))
def test_what_is_sent_is_read(said: bytes, size: int, coding: str) -> None:
    """A body of ordinary size comes out as it was, in whatever pieces it came."""
    packed = gzip.compress(said) if coding == "gzip" else said
    parts = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert answer(Sent(parts, 200, content_encoding=coding)).content == said


def test_headers_stay() -> None:
    """What a server says beside the body is there for whoever looks for it."""
    response = answer(Sent([gzip.compress(b"{}")], x_request_id="abc", retry_after="3", content_encoding="gzip"))
    assert (response.headers["x-request-id"], response.headers["retry-after"]) == ("abc", "3")


@pytest.mark.parametrize("charset", ["zlib_codec", "bz2", "idna", "punycode", "rot13", "no-such", "hex", "undefined"])
def test_charsets_that_are_none(charset: str) -> None:
    """A name that Python would unpack by, or fail at, is not believed."""
    assert answer(Sent([b"busy"], content_type=f"text/plain; charset={charset}")).text == "busy"


@pytest.mark.parametrize(("charset", "codec"), [("GBK", "gb18030"), ("Big5", "big5"), ("utf-8", "utf-8")])
def test_charsets_that_are_used(charset: str, codec: str) -> None:
    """Old gateways write their error pages so."""
    assert answer(Sent(["超出".encode(codec)], content_type=f'text/html; charset="{charset}"')).text == "超出"
