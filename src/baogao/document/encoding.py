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
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_HANZI = re.compile(r"[\u4e00-\u9fff]")
_MOST_CONTROL = 0.01
_COMMON_SHARE = 0.6
"""In Chinese prose nine characters in ten are of GB 2312's first level; in a misread one about every second."""
_SAMPLE = 2000
_GUESS_BYTES = 100_000


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    UTF-8, UTF-16 and GB18030 are recognised for certain (by byte order mark, or by being valid and Chinese); anything
    else is guessed. A byte order mark is not part of the text.

    :raises DocumentError: no text, or bytes that no encoding explains.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data, encoding), encoding
    for candidate in ("utf-8", _unmarked_utf16(data), "gb18030"):
        text = try_decode(data, candidate) if candidate else None
        if text is not None and candidate is not None and (candidate != "gb18030" or reads_as_chinese(text)):
            return text, candidate
    return _guess(data)


def try_decode(data: bytes, encoding: str) -> str | None:
    """The text, if every byte fits the encoding and the outcome is text; else None."""
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    return text if _is_text(text) else None


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(f"it begins as {encoding} but byte {error.start} does not fit; save it as UTF-8") from error
    if not _is_text(text):
        raise DocumentError("it holds binary data, not text")
    return text


def _guess(data: bytes) -> tuple[str, str]:
    if b"\0" in data or _looks_binary(data):
        raise DocumentError("it holds binary data, not text")
    guess = from_bytes(data[:_GUESS_BYTES]).best()
    text = try_decode(data, guess.encoding) if guess is not None else None
    if text is not None and guess is not None and (_HANZI.search(text) is None or reads_as_chinese(text)):
        return text, guess.encoding
    text = try_decode(data, "gb18030")
    if text is None:
        raise DocumentError("its encoding cannot be told (neither UTF-8 nor GB18030 nor UTF-16); save it as UTF-8")
    return text, "gb18030"


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: zero bytes, or the lead bytes of Chinese characters, in one of two columns."""
    sample = data[:_SAMPLE]
    if len(data) % 2 or len(sample) < 2:
        return None
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high = sample[first::2]
        if sum(byte == 0 or 0x4E <= byte <= 0x9F or byte in (0x30, 0xFF, 0x20) for byte in high) > 0.95 * len(high):
            text = try_decode(data, encoding)
            if text is not None and len(_HANZI.findall(text)) > 0.3 * len(text):
                return encoding
    return None


def reads_as_chinese(text: str) -> bool:
    """Whether the Chinese characters of a text are mostly common ones: misread bytes give rare ones."""
    hanzi = _HANZI.findall(text[: _SAMPLE * 2])[:_SAMPLE]
    common = sum(map(_is_common, hanzi))
    return common >= _COMMON_SHARE * len(hanzi)


def _is_common(char: str) -> bool:
    """True for the first level of GB 2312: rows 0xB0 to 0xD7."""
    code = char.encode("gb18030")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1


def _is_text(text: str) -> bool:
    return "\0" not in text and len(_CONTROL.findall(text)) <= _MOST_CONTROL * len(text)


def _looks_binary(data: bytes) -> bool:
    sample = data[:4096]
    return sum(byte < 9 or 13 < byte < 32 for byte in sample) > 0.05 * len(sample)
