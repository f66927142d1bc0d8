"""From bytes to text, without ever normalising a character. A byte that fits no character costs one, and shows."""

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
"""Share of control characters in a text; stray ones come from broken editors."""
_SHORT = 30
"""Characters; from here on one control character is allowed, however short the text."""
_PADDING = b"\0\x1a"
"""What old programs, and disks that failed, leave behind a text."""
_COMMON_SHARE = 0.6
"""In Chinese prose nine characters in ten are of GB 2312's first level; in a misread one about every second."""
_SAMPLE = 2000
"""Bytes, or Chinese characters, that are enough to judge by."""
_LEADING_SHARE = 0.95
"""Of the high bytes of UTF-16 in Chinese: the others are of rare characters."""
_HANZI_SHARE = 0.3
"""Fewer Chinese characters than that in supposed UTF-16, and it is something else that decodes by chance."""
_FEW_HANZI = 20
"""So few tell nothing against a byte order mark."""
_HEAD = 4096
"""Bytes in which binary data shows itself."""
_MOST_BINARY = 0.05
"""Share of bytes below the printable ones; no usual encoding of a text has so many."""
_GUESS_BYTES = 100_000
"""More would only take longer."""
_BINARY = "it holds binary data, not text"
LOST = "\ufffd"
"""What stands for bytes that fit no character of the encoding."""
_MOST_LOST = 200
"""One character in so many may be lost; with more, the encoding is another one, or the text is not worth reading."""
_ALWAYS_ALLOWED = 2
"""Lost characters in the shortest text: a bad byte between two good halves costs as many."""
_LONGEST_CHARACTER = 4
"""Bytes, in UTF-8 and in GB 18030."""
_HALVES = re.compile(rb"[\x80-\xff]{3,}")
_COMMON_PAIR = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1-\xa3][\xa1-\xfe]")
"""A common character, or a sign, in GB 2312."""
_SURE = 2
"""So many more common characters show that bytes are out of step."""
_LOST_IN_GB = LOST.encode("gb18030")
_LONGEST_IN_STEP = 4_000_000
"""Bytes; no report has so many, whatever is wrong with it."""
_LOOK_AHEAD = 24
"""Bytes behind a lost character that show where the next one begins."""


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    UTF-8, UTF-16 and GB18030 are recognised for certain (by byte order mark, or by being valid and Chinese); anything
    else is guessed. A byte order mark is not part of the text.

    :raises DocumentError: no text, or bytes that no encoding explains.
    """
    data = _without_padding(data)
    marked = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), None)
    if marked is not None:
        text = mended(data, marked)
        if marked == "utf-16" and (text is None or not reads_as_chinese(text)):
            other = "utf-16-be" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-le"  # the mark is wrong
            turned = try_decode(data[2:], other)
            hanzi = 0 if turned is None else len(_HANZI.findall(turned))
            if turned is not None and hanzi > max(_FEW_HANZI, _HANZI_SHARE * len(turned)) and reads_as_chinese(turned):
                return turned, other
        # Where a byte is missing in UTF-16 all that follows is nonsense.
        if text is None or (len(data) % 2 and marked == "utf-16" and not reads_as_chinese(text[-_SAMPLE // 10 :])):
            raise DocumentError(f"it begins as {marked} but much of it does not fit; save it as UTF-8")
        if not _is_text(text):
            raise DocumentError(_BINARY)
        return text, marked
    for encoding in ("utf-8", _unmarked_utf16(data), "gb18030"):
        tried = (
            mended(data, encoding) if encoding and encoding.startswith("utf-16") else try_decode(data, encoding or "")
        )
        if tried is not None and encoding is not None and (encoding != "gb18030" or reads_as_chinese(tried)):
            return (mended(data, encoding) or tried), encoding
    for encoding in ("utf-8", "gb18030"):
        text = mended(data, encoding)
        if text is not None and _is_text(text) and _HANZI.search(text) and reads_as_chinese(text):
            return text, encoding
    mixed = _by_line(data)
    return (mixed, "utf-8 and gb18030") if mixed is not None else _guess(data)


def _without_padding(data: bytes) -> bytes:
    """Bytes without zeros behind the text; a few zeros in it are lost characters."""
    if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return data
    kept = data.rstrip(_PADDING)
    zeros = kept.count(b"\0")
    if not kept or zeros > max(_ALWAYS_ALLOWED, len(kept) // (_LONGEST_CHARACTER * _MOST_LOST)):
        return data
    return kept.replace(b"\0", LOST.encode() if try_decode(kept.replace(b"\0", b""), "utf-8") else _LOST_IN_GB)


def _by_line(data: bytes) -> str | None:
    """The text of a file that was put together from two, whose lines are UTF-8 or GB 18030; None for any other."""
    lines: list[str] = []
    found: set[str] = set()
    for line in data.splitlines(keepends=True):
        encoding = next((each for each in ("utf-8", "gb18030") if try_decode(line, each) is not None), None)
        if encoding is None:
            return None
        lines.append(line.decode(encoding))
        if _HANZI.search(lines[-1]):
            found.add(encoding)
            if not reads_as_chinese(lines[-1]):
                return None
    return "".join(lines) if len(found) == 2 else None


def try_decode(data: bytes, encoding: str) -> str | None:
    """The text, if every byte fits the encoding and the outcome is text; else None."""
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    return text if _is_text(text) else None


def mended(data: bytes, encoding: str) -> str | None:
    """The text with U+FFFD for each character whose bytes do not fit the encoding; None if they are more than a few."""
    data = _in_step(data) if encoding == "gb18030" else data
    try:
        lost = data.decode(encoding, "replace").count(LOST)
        if lost > _LONGEST_CHARACTER * max(_ALWAYS_ALLOWED, len(data) // _MOST_LOST):
            return None
        text = data.decode(encoding, _ONE_CHARACTER)
    except LookupError:
        return None
    return text if text.count(LOST) <= max(_ALWAYS_ALLOWED, len(text) // _MOST_LOST) else None


def _one_character(error: UnicodeError) -> tuple[str, int]:
    """Where reading goes on behind bytes that fit no character, so that they cost no more than one."""
    assert isinstance(error, UnicodeDecodeError)
    data, end = error.object, error.end
    if error.encoding == "utf-8":
        end = error.start + 1
        while end < min(len(data), error.start + _LONGEST_CHARACTER) and _NEVER_FIRST[data[end]]:
            end += 1
    elif error.encoding.startswith("gb") and data[error.start + 1 : error.start + 2] >= b"\x80":
        # Either this byte is one too many, or it stands for the first half of a character.
        end = max(range(error.start + 1, error.start + 4), key=lambda start: _common(data[start : start + _LOOK_AHEAD]))
    return LOST, end


def _in_step(data: bytes) -> bytes:
    """Bytes of GB 18030 in which no character is read from the halves of two, because one byte is missing or too many.

    That byte is made a lost character.
    """
    if len(data) > _LONGEST_IN_STEP:
        return data
    pieces: list[bytes] = []
    last = 0
    for run in _HALVES.finditer(data):
        start, end = run.span()
        if (end - start) % 2 == 0:
            continue
        in_step = [_COMMON_PAIR.match(data, at) is not None for at in range(start, end - 1, 2)]
        behind = [_COMMON_PAIR.match(data, at) is not None for at in range(start + 1, end, 2)]
        best = here = sum(behind)
        place = start
        for number, (one, other) in enumerate(zip(in_step, behind, strict=True), start=1):
            here += one - other
            if here > best:
                best, place = here, start + 2 * number
        if best >= sum(in_step) + _SURE:
            pieces.extend((data[last:place], _LOST_IN_GB))
            last = place + 1
    return b"".join((*pieces, data[last:]))


def _common(data: bytes) -> int:
    """How many common characters, beyond those that are none, some bytes of GB 18030 hold."""
    text = data.decode("gb18030", "ignore")
    common = sum(_is_common(char) or char.isascii() or char in "，。、；：（）“”％" for char in text)
    return 2 * common - len(text)


_NEVER_FIRST = [0x80 <= byte < 0xC2 or byte >= 0xF5 for byte in range(256)]
"""By byte, whether it begins no character in UTF-8."""
_ONE_CHARACTER = "baogao.one_character"
codecs.register_error(_ONE_CHARACTER, _one_character)


def reads_as_chinese(text: str) -> bool:
    """Whether the Chinese characters of a text are mostly common ones: misread bytes give rare ones."""
    hanzi: list[str] = _HANZI.findall(text[: _SAMPLE * 2])[:_SAMPLE]
    return sum(map(_is_common, hanzi)) >= _COMMON_SHARE * len(hanzi)


def _is_common(char: str) -> bool:
    """Whether a character is of the first level of GB 2312, which has two bytes, rows 0xB0 to 0xD7."""
    code = char.encode("gb18030", "ignore")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: zero bytes, or the lead bytes of Chinese characters, in one of two columns."""
    sample = data[:_SAMPLE]
    if len(sample) < 2:
        return None
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high = sample[first::2]
        leading = sum(byte == 0 or 0x4E <= byte <= 0x9F or byte in (0x30, 0xFF, 0x20) for byte in high)
        text = mended(data, encoding) if leading > _LEADING_SHARE * len(high) else None
        if text is not None and _is_text(text) and len(_HANZI.findall(text)) > _HANZI_SHARE * len(text):
            return encoding
    return None


def _guess(data: bytes) -> tuple[str, str]:
    """What charset-normalizer makes of the bytes, unless that reads like misread Chinese; GB18030 else.

    :raises DocumentError: they are binary, or fit no encoding.
    """
    head = data[:_HEAD]
    if b"\0" in data or sum(byte < 9 or 13 < byte < 32 for byte in head) > _MOST_BINARY * len(head):
        raise DocumentError(_BINARY)
    guess = from_bytes(data[:_GUESS_BYTES]).best()
    text = try_decode(data, guess.encoding) if guess is not None else None
    if text is not None and guess is not None and (_HANZI.search(text) is None or reads_as_chinese(text)):
        return text, guess.encoding
    text = try_decode(data, "gb18030")
    if text is None:
        fitting = "neither UTF-8 nor GB18030 nor UTF-16, or too many of its bytes are damaged"
        raise DocumentError(f"its encoding cannot be told ({fitting}); save it as UTF-8")
    return text, "gb18030"


def _is_text(text: str) -> bool:
    """Whether characters are those of a text, and not what binary data happens to decode to."""
    allowed = max(_MOST_CONTROL * len(text), 1 if len(text) >= _SHORT else 0)
    return "\0" not in text and len(_CONTROL.findall(text)) <= allowed
