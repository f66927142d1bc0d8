"""Inputs that are nearly valid: valid ones with pieces taken out, doubled, moved, and odd ones put in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

ODD_TEXTS = (
    *(
        "",
        "0",
        "-1",
        "9" * 50,
        "1e999999999",
        "٣",
        "²",
        "½",
        "〇",
        "万亿",
        "百分之",
        "点",
        "亿万千百十",
        "五、六和七件",
    ),
    *("，", "。", "；", "：", "\t", "\r", "\r\n", "\u2028", "\x0c", "\x00", "\x1b[31m", "\ufeff", "\u200b", "\u202e"),
    *(
        "\ud7fc",
        "𬭎",
        "e\u0301",
        "　",
        "（",
        "）",
        "《",
        "》",
        "【",
        "】",
        "——",
        "①",
        "一是",
        "一、",
        "（一）",
        "1.",
        "●",
    ),
    *(
        "无",
        "暂无",
        "未发生",
        "没有",
        "不超过",
        "以上",
        "余",
        "约",
        "件",
        "%",
        "个百分点",
        "万人次",
        "其中",
        "累计",
        "比上年",
    ),
    *(
        "2023年",
        "下一步",
        "附件",
        "上一篇",
        "<b>",
        "</p>",
        "<table>",
        "<!--",
        "-->",
        "<![CDATA[",
        "&amp;",
        "&#x110000;",
    ),
    *(
        "null",
        "true",
        "{}",
        "[]",
        '"',
        "\\",
        "\\ud800",
        "[" * 300,
        "NaN",
        "!!python/name:os",
        "*a",
        "&a",
        "[[1]]",
        "№",
        "#",
    ),
)
GLUE = ("1", "12件", "甲", "全县检查46次", "\n", " ", "、", "和", "第", "年", "-", "~", ".", ",", "万", "|", "各1场")
"""What stands between such words in a report."""
ODD_BYTES = (b"\xff", b"\xfe\xff", b"\x80" * 8, b"PK\x03\x04")
ODD = (*(text.encode("utf-8", "surrogatepass") for text in ODD_TEXTS), *ODD_BYTES)

Edit = Callable[[bytes], bytes]


def _cut(data: bytes, at: float, length: int) -> tuple[bytes, bytes, bytes]:
    start = int(at * len(data))
    return data[:start], data[start : start + length], data[start + length :]


def _edit(kind: str, at: float, to: float, length: int, odd: bytes, times: int) -> Edit:
    def change(data: bytes) -> bytes:
        before, piece, after = _cut(data, at, length)
        if kind == "drop":
            return before + after
        if kind == "double":
            return before + piece * times + after
        if kind == "put":
            return before + odd * times + piece + after
        if kind == "replace":
            return before + odd + after
        if kind == "move":
            there, _, rest = _cut(before + after, to, 0)
            return there + piece + rest
        return before if kind == "end" else bytes(byte ^ 1 << times % 8 for byte in piece).join((before, after))

    return change


EDITS = st.builds(
    _edit,
    st.sampled_from(["drop", "double", "put", "put", "replace", "replace", "move", "end", "flip"]),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 40),
    st.sampled_from(ODD),
    st.sampled_from([1, 1, 1, 2, 3, 30]),
)


def mutated(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid inputs, each changed at some places."""

    def changed(seed: bytes, edits: list[Edit]) -> bytes:
        for edit in edits:
            seed = edit(seed)
        return seed

    return st.builds(changed, st.sampled_from(seeds), st.lists(EDITS, max_size=6))


def mutated_archive(seed: bytes, often: str) -> st.SearchStrategy[bytes]:
    """A document of many parts, one of which is changed before all are packed again: the damage is behind the zip.

    :param often: the part that is changed as often as all others together.
    """
    with zipfile.ZipFile(io.BytesIO(seed)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    others = [name for name in parts if name.endswith((".xml", ".rels")) and name != often]

    def packed(name: str, content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in (parts | {name: content}).items():
                archive.writestr(part, data)
        return out.getvalue()

    names = st.just(often) | st.sampled_from(others)
    return names.flatmap(lambda name: mutated([parts[name]]).map(lambda data: packed(name, data)))


def phrases() -> st.SearchStrategy[bytes]:
    """Rows of the words that the grammars know."""
    return st.lists(st.sampled_from(ODD_TEXTS), max_size=30).map(lambda words: "".join(words).encode("utf-8", "ignore"))


def repeated(length: int) -> st.SearchStrategy[bytes]:
    """A few of these words over and over, up to a length in characters, with an odd one at some places."""

    def text(unit: list[str], odd: str, places: list[float]) -> bytes:
        row = "".join(unit) or "甲"
        whole = (row * (length // len(row) + 1))[:length]
        for place in places:
            cut = int(place * len(whole))
            whole = whole[:cut] + odd + whole[cut:]
        return whole.encode("utf-8", "ignore")

    words = st.sampled_from([word for word in (*ODD_TEXTS, *GLUE) if word])
    return st.builds(text, st.lists(words, min_size=1, max_size=5), words, st.lists(st.floats(0, 1), max_size=3))
