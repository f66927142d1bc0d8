"""From bytes to text, without ever normalising a character."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from baogao.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MOST_CONTROL = 0.01


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    UTF-8, GB18030 and UTF-16 are recognised for certain (by byte order mark or by being valid); anything else is guessed.
    A byte order mark is not part of the text.

    :raises DocumentError: no text, or bytes that no encoding explains.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data, encoding), encoding
    for encoding in ("utf-8", _unmarked_utf16(data), "gb18030"):
        text = _try(data, encoding) if encoding else None
        if text is not None and _is_text(text):
            return text, str(encoding)
    guess = from_bytes(data).best()
    if guess is not None and _is_text(str(guess)):
        return str(guess), guess.encoding
    if b"\0" in data[:4096] or _looks_binary(data):
        raise DocumentError("it holds binary data, not text")
    raise DocumentError("its encoding cannot be told; save it as UTF-8")


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(f"it begins as {encoding} but byte {error.start} does not fit; save it as UTF-8") from error
    if text and not _is_text(text):
        raise DocumentError("it holds binary data, not text")
    return text


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows as zero bytes at even or odd places, or as CJK lead bytes in one of the two columns."""
    sample = data[:2000]
    if len(data) % 2 or len(sample) < 2:
        return None
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high = sample[first::2]
        if sum(byte == 0 or 0x4E <= byte <= 0x9F or byte in (0x30, 0xFF, 0x20) for byte in high) > 0.95 * len(high):
            text = _try(data, encoding)
            if text is not None and len(_CHINESE.findall(text)) > 0.3 * len(text):
                return encoding
    return None


def _is_text(text: str) -> bool:
    return len(_CONTROL.findall(text)) <= _MOST_CONTROL * len(text) and "\0" not in text


def _looks_binary(data: bytes) -> bool:
    sample = data[:4096]
    return sum(byte < 9 or 13 < byte < 32 for byte in sample) > 0.05 * len(sample)
