"""Numbers as people write them: Arabic and Chinese parts mixed, formal digits, old zeros; and signs out of place."""

from __future__ import annotations

import cn2an
from hypothesis import strategies as st

STRANGERS = "OolI|SBZ\ue000\uf8ff\ufffd\u0336\x07О"
"""Letters that look like digits, private-use, replacement, combining and control characters, a Cyrillic О."""
_SCALES = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"))
_FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")


@st.composite
def spelled_numbers(draw):
    """A number above ten in any spelling, perhaps one that can be read in two ways, and the value that was meant."""
    value = draw(
        st.one_of(
            st.integers(11, 99_999),
            st.integers(11, 9_999_999_999),
            st.sampled_from([100, 1000, 10_500, 20_003, 12_000]),
        )
    )
    text = _spelled(draw, value)
    if text.isdigit() or not draw(st.booleans()):
        return text, value
    zero = draw(st.sampled_from("零〇○◯"))
    text = text.replace("零", zero).replace("二十", draw(st.sampled_from(["二十", "廿"])))
    return text.replace("三十", draw(st.sampled_from(["三十", "卅"]))), value


def _spelled(draw, value):
    """The value split at one of its scale words, or written in one way."""
    scales = [(scale, word) for scale, word in _SCALES if value >= scale]
    how = draw(st.sampled_from(["arabic", "commas", "chinese", "formal", "split", "split", "split", "spoken"]))
    if how == "split" and scales:
        scale, word = draw(st.sampled_from(scales))
        head, rest = divmod(value, scale)
        first = str(head) if head >= 10 and scale < 10_000 else _part(draw, head)
        behind = _spelled(draw, rest) if rest else ""
        gap = 0 < rest < scale // 10 and (not behind[0].isdigit() or draw(st.booleans()))
        return first + word + ("零" if gap else "") + behind
    if how == "spoken" and scales and value % scales[0][0] and not value % (scales[0][0] // 10):
        scale, word = scales[0]
        return (
            f"{_part(draw, value // scale)}{word}{_part(draw, value % scale // (scale // 10))}"
            if value % scale
            else str(value)
        )
    if how == "commas":
        return f"{value:,}"
    chinese = cn2an.an2cn(value)
    return chinese.translate(_FORMAL) if how == "formal" else chinese if how == "chinese" else str(value)


def _part(draw, number):
    return draw(st.sampled_from([str(number), cn2an.an2cn(number)]))
