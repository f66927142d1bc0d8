"""The grammar of figures: 2600余户, 近七成, 百分之九十九点三, 超过260万人, 6.5万份.

A figure is a number with the words that bound it and its unit. The number is found first; bound words and unit are read
from its two sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from baogao.candidates.measures import CANONICAL, LOOSE, UNIT
from baogao.candidates.noise import blank_noise
from baogao.chinese.numerals import DIGITS, NUMERAL_CHARS, chinese_number, scale_of
from baogao.chinese.widths import fold
from baogao.schema.values import Bound


class Quantity(NamedTuple):
    """One printed figure; offsets count in the text it was read from, end exclusive."""

    value: Decimal
    bound: Bound
    unit: str
    """The measure word; ``%`` for per cent however written (百分之, 成); empty if none."""
    start: int
    end: int
    doubtful: bool = False
    """A Chinese numeral without measure word or bound: a figure only beside another one (五、六和七件)."""
    core_end: int = 0
    """Where the number itself ends, without bound words and unit."""
    factor: int = 1
    """The scale word's factor: 10,000 in 6.5万份."""


_ARABIC = (
    rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,5}}(?!\d)|\d{{1,3}}(?:(?:, ?| )\d{{3}}){{1,5}}(?=\s?[万亿%]|\s?(?:{UNIT}))"
    r"|\d{1,2} \d{1,2}(?=[%件个名])|\d+)"
    r"(?:\.\d+| ?\. ?\d+(?=\s?[%万亿]))?"
)
_LONGEST_NUMBER = 40
"""Characters; a longer row of digits is no figure, and could not be written as a number."""
_SPACED_GROUPS = re.compile(r"\d{1,3}(?: \d{3})+")
_CHINESE = rf"[{NUMERAL_CHARS}]+(?:点[{''.join(DIGITS)}]+)?"
_CORE = re.compile(
    rf"(?=[\d{NUMERAL_CHARS}])(?:百分之\s?(?P<percent>\d+(?:\.\d+)?|{_CHINESE})|(?P<whole>百分百)|(?P<fraction>[{NUMERAL_CHARS}]+分之[{NUMERAL_CHARS}]+)"
    rf"|(?P<arabic>{_ARABIC})(?:(?P<scale>[万亿])(?P<rest>\d{{1,4}})(?P<rest_scale>[万千百]))?"
    rf"|(?P<chinese>{_CHINESE}))"
)
_TAIL = re.compile(
    r"(?:[ \n]?(?P<infix>[余多几])?(?P<scale>[十百千]?[万亿]|[百千](?![米克瓦分姓]))? ?(?P<infix2>[余多])?)"
    r"[ \n]?(?:(?P<tenths>成(?![功员立果交本效为年就长熟都型品绩份因群]))(?P<tenth>[一二三四五六七八九半](?!成))?"
    rf"|(?P<unit>{UNIT}))?(?:\([次份件个]\))?"
    r"[ ]?(?P<suffix>(?:及|\(含\)|之)?(?:以上|以下(?![简称几问方特])|以内)|之[上下内]|左右|上下(?![联功同级各])|不等)?"
)
_BEFORE: tuple[tuple[Bound, str], ...] = (
    (
        "over",
        r"(?<!不)超过|超出|(?<![赶反高])超|突破|(?<!不)(?:高于|大于|多于)|逾|不少于|不低于|不下于?|至少|起码|≥|>=?|>",
    ),
    (
        "under",
        r"不超过|不多于|不高于|不大于|将近|接近|(?<![最附临相邻亲靠远新])近|不到|不足|未到|不满|(?<!不)(?:低于|少于|小于)|至多|≤|<=?",
    ),
    ("about", r"大约|约为|约有|约占|大概|(?<![节预签合公条履邀违制解特集契失])约|≈"),
)
_PREFIX = re.compile("(?:" + "|".join(f"(?P<{bound}>{words})" for bound, words in _BEFORE) + r")[了达有]?[ ]?\Z")
_PREFIX_ENDS = frozenset("过出超破于逾下少起码≥>=近到足满多≤<约为有占概≈")
_ROUND_PREFIX = re.compile(r"(?<![以之线马])[上过]\Z")
_SUFFIXES: dict[str, Bound] = {"上": "over", "下": "under", "内": "under", "右": "about"}
"""By their last character; 上下 is the one that reads otherwise."""
_HOTLINES = re.compile(r"11[0249]|12[0-3]|12[1-4]\d\d|96\d{3,4}")
_NOT_ONE = frozenset("在第进每逐同某任这那哪上下前后唯统之其跑再又专")
_ONE_FOLLOWED = re.compile(r"事|也|都|[套揽过就即便]|性|办|告|通|合格|一|所|之|分|体|站|线|人一|步|定|个|[^\W\d_]?一")
_ONE_COUNTS = frozenset("件份人名场次期卷宗例册部家户处起篇位台辆") | {"场次", "批次", "人次", "件次"}
_CASE = re.compile(r"[，。；,;]|[^，。；、,;\n]{0,8}?(?:案|事故|纠纷|事件|投诉|火灾)")
_SET_PHRASES = re.compile(
    "方面|维护|确立|意识|自信|坚持|制度|规定|机制|统一|必须|全面|关键|环节|层面|阶段|文明|务必|不|一律|覆盖|转变|聚焦|加强|强化|面向|导向|责任|关系|清单|纳入|到位|结合|体系"
)
_NAME_FOLLOWS = re.compile(r" ?[\u4e00-\u9fa5]")
_TIME_FOLLOWS = frozenset("年月日季周届级")
_JOINT = re.compile(r"\s?(?:以及|[-~至到、和及与或/])\s?")
_RANGE = re.compile(r"\s?[-~至到]{1,2}\s?")


def parse_quantity(text: str) -> Quantity | None:
    """Read the text of one figure: "2600余户" is 2600, over, 户.

    :return: the first figure in ``text``, or None when no number is printed in it (全部, 未收到).
    """
    folded = fold(text)
    if _SPACED_GROUPS.fullmatch(folded):
        folded = folded.replace(" ", "")
    for match in _CORE.finditer(folded):
        figure = _read(folded, match)
        if figure is not None:
            return figure
    return None


def find_figures(text: str, folded: bool = False) -> Iterator[Quantity]:
    """Every figure in a text, in order, without overlaps; dates, document numbers and their like are left out.

    :param folded: True when ``text`` has gone through :func:`~baogao.chinese.widths.fold` already.
    """
    clean = blank_noise(text if folded else fold(text))
    return _join_coordinated(clean, list(_scan(clean)))


def _scan(text: str) -> Iterator[Quantity]:
    position = 0
    while (match := _CORE.search(text, position)) is not None:
        figure = _admit(text, match)
        position = match.end() if figure is None else figure.end
        if figure is not None:
            yield figure


def _admit(text: str, match: re.Match[str]) -> Quantity | None:
    if match["fraction"]:
        return None
    figure = _read(text, match)
    if figure is None:
        return None
    if match["chinese"]:
        return _admit_chinese(text, match, figure)
    return figure if figure.unit or not _is_label(text, match) else None


def _is_label(text: str, match: re.Match[str]) -> bool:
    """A bare Arabic number that names something: a hotline, a part of a Latin word, a row at the head of a line."""
    start, end = match.start(), match.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    if _HOTLINES.fullmatch(match[0]) or _is_latin(before) or _is_latin(after):
        return True
    return before in {"", "\n"} and _NAME_FOLLOWS.match(text, end) is not None and not _JOINT.match(text, end)


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _admit_chinese(text: str, match: re.Match[str], figure: Quantity) -> Quantity | None:
    """A Chinese numeral counts with a measure word or a bound, and not as part of a word (三级, 一体, 万一)."""
    numeral, bounded = match["chinese"], figure.bound != "exact"
    before = text[match.start() - 1 : match.start()]
    if numeral[0] in "百千万亿" and (not bounded or before in {"数", "几"}):
        return None
    if numeral[0] == "十" and before in {"数", "几"}:
        return None
    if not figure.unit and text[figure.end : figure.end + 1] in _TIME_FOLLOWS:
        return None
    if not figure.unit and not bounded:
        return figure._replace(doubtful=True) if _doubtful_but_possible(text, match) else None
    if len(numeral) == 1 and not bounded and _is_set_phrase(text, numeral, before, figure):
        return None
    return figure


def _doubtful_but_possible(text: str, match: re.Match[str]) -> bool:
    return _JOINT.match(text, match.end()) is not None


def _is_set_phrase(text: str, numeral: str, before: str, figure: Quantity) -> bool:
    if figure.unit in LOOSE and figure.unit != "位":
        return True
    if numeral in "一两" and figure.unit == "起":
        return before in _NOT_ONE or _CASE.match(text, figure.end) is None
    if text.startswith(text[figure.start : figure.end], max(0, figure.start - len(figure.unit) - 1)):
        return True  # 一件一件
    if numeral == "一":
        return before in _NOT_ONE or figure.unit not in _ONE_COUNTS or _ONE_FOLLOWED.match(text, figure.end) is not None
    return figure.unit in {"个", "项", "条"} and _SET_PHRASES.match(text, figure.end) is not None


def _read(text: str, match: re.Match[str]) -> Quantity | None:
    value = _number(match)
    if value is None:
        return None
    end = match.end()
    tail = _TAIL.match(text, end)
    assert tail is not None  # every part of it may be empty
    factor, unit = 1, CANONICAL.get(tail["unit"], tail["unit"]) or ""
    if match["percent"] or match["whole"]:
        unit = "%"
    elif tail["scale"]:
        factor = scale_of(tail["scale"])
    if tail["tenths"]:
        unit, value = "%", value * 10 + _tenth(tail["tenth"])
    elif factor > 1:
        value = _whole(value * factor)
    bound, start = _bound(text, match, tail)
    return Quantity(value, bound, unit, start, end + len(tail[0].rstrip()), core_end=end, factor=factor)


def _whole(value: Decimal) -> Decimal:
    """The same without a fraction of nothing: 6.5 times 10,000 is 65000, not 65000.0."""
    return value.to_integral_value() if value == value.to_integral_value() else value


def _number(match: re.Match[str]) -> Decimal | None:
    if match.end() - match.start() > _LONGEST_NUMBER:
        return None
    if match["arabic"]:
        return _arabic(match)
    if match["whole"]:
        return Decimal(100)
    text = match["percent"] or match["chinese"] or ""
    if text[:1].isdigit() and text.isascii():
        return Decimal(text)
    return chinese_number(text) if text else None


def _arabic(match: re.Match[str]) -> Decimal:
    number = Decimal(match["arabic"].replace(",", "").replace(" ", ""))
    if match["rest"]:
        return number * scale_of(match["scale"]) + Decimal(match["rest"]) * scale_of(match["rest_scale"])
    return number


def _tenth(char: str | None) -> int:
    if char is None:
        return 0
    return 5 if char == "半" else DIGITS[char]


def _bound(text: str, match: re.Match[str], tail: re.Match[str]) -> tuple[Bound, int]:
    """The bound and where the figure's text begins; words behind the number outrank those before it."""
    start, before = match.start(), text[max(0, match.start() - 6) : match.start()]
    prefix = _PREFIX.search(before) if before[-1:] in _PREFIX_ENDS or before[-2:-1] in _PREFIX_ENDS else None
    bound: Bound = "exact"
    if prefix is not None:
        start -= len(before) - prefix.start()
        bound = next(name for name, _ in _BEFORE if prefix[name])
    elif match[0][0] in "百千万亿" and _ROUND_PREFIX.search(before):
        start, bound = start - 1, "over"
    if tail["suffix"] and tail["suffix"][-1] in _SUFFIXES:
        bound = "about" if tail["suffix"] == "上下" else _SUFFIXES[tail["suffix"][-1]]
    elif tail["infix"] or tail["infix2"]:
        bound = "over"
    return bound, start


def _join_coordinated(text: str, figures: list[Quantity]) -> Iterator[Quantity]:
    """Lend the unit at the end of a range or a list to the bare numbers before it: 3至5件, 152、140和133件."""
    following: Quantity | None = None
    kept: list[Quantity] = []
    for figure in reversed(figures):
        following = _lend(text, figure, following)
        if following is not None:
            kept.append(following)
    return reversed(kept)


def _lend(text: str, figure: Quantity, following: Quantity | None) -> Quantity | None:
    if (
        figure.unit
        or following is None
        or not following.unit
        or not _JOINT.fullmatch(text, figure.end, following.start)
    ):
        return None if figure.doubtful else figure
    lent = figure._replace(unit=following.unit, doubtful=False)
    if figure.factor == 1 and following.factor > 1 and _RANGE.fullmatch(text, figure.end, following.start):
        return lent._replace(value=figure.value * following.factor, factor=following.factor)
    return lent
