"""Which numbers of a running text are figures.

Doubtful tokens and noise are blanked first (``baogao.candidates.doubtful``, ``.noise``). Of what is left, an Arabic
number counts unless it names something, a Chinese one where a measure word or a bound shows that something is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from baogao.candidates.candidate import USUAL, touches
from baogao.candidates.changes import falls, falls_like, sign_before
from baogao.candidates.doubtful import doubtful_tokens
from baogao.candidates.noise import blank, blank_noise
from baogao.candidates.numbers import CORE, UNIT, Quantity, read_quantity, stands_alone, times, unknown_units
from baogao.chinese.numerals import fold
from baogao.document.document import Span
from baogao.schema.fields import Sought

_GROUPED = re.compile(
    rf"(?<![\d.])(?<!\d[,，])\d{{1,3}}(?:，\d{{3}})+(?:\.\d+)?(?![\d.]*，?\d)[余多]?[十百千万亿]*(?:{UNIT})?(?:以[上下内]|左右)?"
)
"""What may be one number with full-width commas, or two figures that a comma parts."""
_CLAUSE_ENDS = re.compile(r"[^\w]|$")
_IN_A_LIST = re.compile(r"、\d")
_CLAUSE_STARTS = frozenset("，。；：、,;:.([（ \n\t")
_SUBJECT = re.compile(r"(?:[人名家户]|人次)\Z")
"""Behind a comma, these with words behind them open a clause of their own: 申请8，129人参加考试."""
_HOTLINES = re.compile(r"11[0249]|12[0-3]|12[1-4]\d\d|96\d{3,4}")
"""Numbers of hotlines, which stand where a count might: 12345热线."""
_HOTLINE_ENDS = re.compile(r"[，。；,;)）\n](?!\s?1[12]\d(?!\d)[、，热])|$")
_CALLED = re.compile(r"(?:热线|电话|拨打|报警|急救|[、“\"和与及])\Z")
"""Before a number that is a hotline's, also where a clause ends behind it."""
_APART = frozenset(",.'’‘′")
"""Between two digits, and no part of a number as it is read: 12,34, 1.234.567, 1'234."""
_COMMA_PARTS = re.compile(r"[\u4e00-\u9fff%％],[\u4e00-\u9fff]")
_POINTS = frozenset("。，")
_OTHER_POINT = re.compile(r"(?<=\d)(?:。\d{1,2}|，\d)[%万亿]")
"""A decimal point that was typed as another mark: 98。5%."""
_NO_WHOLE = re.compile(r"\.\.\d|[\u4e00-\u9fff]\.\d+[%万亿]")
"""A fraction whose whole number is not there: 率.5%."""
_CUT_OFF = re.compile(rf"(?:\.\.\d|[?….\\/'\"“”‘’′□○]+\s?(?:{UNIT})|[?□]+$)")
"""Behind a number: a sign in the place of a digit, before the measure word or at the end of a cell."""
_MORE = frozenset("余多几来")
_RISKY = _APART | _POINTS | _MORE | set("?…\\/'\"“”‘’′□○")
"""Beside a number these may mean that there is more of it."""
_ENDS_NUMBER = re.compile(r"[\d十百千万亿]")
_LOOSE = frozenset(
    {"类", "种", "道", "门", "面", "片", "块", "组", "队", "把", "回", "分", "头", "集", "对", "班", "团", "位"}
)
"""With these a single Chinese digit is mostly part of a set phrase (四类, 三级, 两面), and does not count."""
_NOT_ONE = frozenset("无在第进每逐同某任这那哪上下前后唯统之其跑再又专")
"""Before 一 or 两 and a measure word, these make no count: 每一件, 第一次, 进一次门."""
_ONE_FOLLOWED = re.compile(r"事|也|都|[套揽过就即便]|性|办|告|通|合格|一|所|之|分|体|站|线|人一|步|定|个|[^\W\d_]?一")
"""Behind 一 and a measure word: 一件事, 一次性, 一个一个."""
_ONE_COUNTS = frozenset("件份人名场次期卷宗例册部家户处起篇位台辆") | {"场次", "批次", "人次", "件次"}
"""With these 一 may be a count; 一项, 一个 and 一种 are mere articles."""
_CASE = re.compile(r"[，。；,;]|[^，。；、,;\n]{0,8}?(?:案|事故|纠纷|事件|投诉|火灾)")
"""What makes 一起 one case, and not “together”: the end of the clause, or a case, an accident … behind it."""
_SET_PHRASES = re.compile(
    "方面|维护|确立|意识|自信|坚持|制度|规定|机制|统一|必须|全面|关键|环节|层面|阶段|文明|务必|不|一律|覆盖|转变|聚焦|加强|强化|面向|导向|责任|关系|清单|纳入|到位|结合|体系"
)
"""Behind a digit with 个, 项 or 条: 四个意识, 三项制度 are names, not counts."""
_OTHER_DIGITS = frozenset("零两二三四五六七八九")
"""Right before an Arabic digit, as an Arabic digit before one of these, they make no number: 2五件. 统一12件 is one."""
_SURNAMES = frozenset("伍陆")
_PLACES = frozenset({"家", "场", "集", "道", "台", "座", "所", "团", "门", "桥", "队", "班"})
"""With a surname they make the name of a place: 陆家, 伍家岗."""
_BEHIND_NAMES = frozenset("-. №")
"""Between a Latin word and its number: COVID-19, No.12, Windows 10."""
_LATIN = re.compile(r"[A-Za-z]")
_NAME_FOLLOWS = re.compile(r" ?[\u4e00-\u9fa5]")
"""At the head of a line a bare number with a word behind it numbers the line."""
_TIME_FOLLOWS = frozenset("年月日季周届级")
"""Behind a bare Chinese numeral they make it a date, a time or an edition."""
_NUMERAL_ENDS = frozenset("，,。；;")
_SCALED = re.compile("[十百千万亿]")
_WORD = re.compile(r"(?![第数几之〇])[\u4e00-\u9fa5]")
_JOINT = re.compile(r"\s?(?:以及|[-~至到、和及与或/])\s?")
"""Between the numbers of a list or a range."""
_RANGE = re.compile(r"\s?[-~至到]{1,2}\s?")
"""Between the two ends of a range: 3-5万元 lends its scale word too, a list does not."""
_FROM = re.compile(r"[从由][^，。；,;\d]{0,8}\Z")
"""Before a number that a change began from."""
_LONGEST_FROM = 9
"""Characters of what ``_FROM`` needs to see."""


def find_figures(
    text: str, folded: bool = False, commas_part: bool = False, sought: Sought = USUAL, others: Sequence[Span] = ()
) -> Iterator[Quantity]:
    """Every figure in a text, in order, without overlaps; dates, document numbers and their like are left out.

    :param folded: True when ``text`` has gone through :func:`~baogao.chinese.numerals.fold` already.
    :param commas_part: True when ASCII commas part the clauses of the text, so that 8,12人 is two figures, not a
        number that was parted in the wrong place; see :func:`commas_part_clauses`.
    :param sought: numbers with a sign, ranges as one figure, and units that the grammar does not know, where they are.
    :param others: where other numbers stand, in order, that are no ends of ranges: 6 in 6—15:62:23 is a figure alone.
    """
    commas_part = commas_part or (not folded and commas_part_clauses(text))
    clean = join_groups(text if folded else fold(text))
    doubtful = list(doubtful_tokens(clean, folded=True))
    for start, end in reversed(doubtful):
        clean = clean[:start] + blank(clean[start:end]) + clean[end:]
    clean = blank_noise(clean)
    units = unknown_units(sought.units)
    figures: list[Quantity] = []
    position = 0
    while (match := CORE.search(clean, position)) is not None:
        figure = None if _is_part(clean, *match.span(), commas_part) else _admit(clean, match, units)
        position = match.end() if figure is None else figure.end
        if figure is not None and (figure := _with_sign(clean, figures, figure, sought.signed)) is not None:
            figures.append(figure)
    figures = _lend(clean, figures)
    return iter(_join_ranges(clean, figures, others) if "range" in sought.kinds else figures)


def _with_sign(text: str, figures: list[Quantity], figure: Quantity, signed: bool) -> Quantity | None:
    """A figure with its sign, if it has one, and whether it falls; a change is none where signs are not sought.

    :param figures: those before it.
    """
    before = figures[-1] if figures else None
    sign = sign_before(text, figure.start)
    if sign and before is not None and _RANGE.fullmatch(text, before.end, figure.start):
        sign = ""
    if not signed:
        return None if sign else figure
    figure = figure._replace(start=figure.start - len(sign))
    fallen = falls(text, figure.start, sign)
    if before is not None and before.falls and not sign:
        fallen = fallen or falls_like(text[before.end : figure.start])
    return figure._replace(falls=fallen)


def commas_part_clauses(text: str) -> bool:
    """Whether a text, as it is printed, parts its clauses with ASCII commas.

    Folded text does not tell: there every comma is an ASCII one.
    """
    return _COMMA_PARTS.search(text) is not None


def join_groups(folded: str) -> str:
    """Make a full-width comma that parts thousands an ASCII one; one that parts two figures stays.

    A text parts its thousands with it, or does not: one number that can be read in no other way decides for all.
    """
    if "，" not in folded:
        return folded
    groups = list(_GROUPED.finditer(folded))
    if not any(_is_one_number(folded, match) for match in groups):
        return folded
    for match in groups:  # who parts thousands so once does so throughout
        folded = folded[: match.start()] + match[0].replace("，", ",") + folded[match.end() :]
    return folded


def _is_one_number(folded: str, match: re.Match[str]) -> bool:
    """Whether 2，300 is surely one number: by what stands around it, for the digits look alike either way."""
    start = match.start()
    if _IN_A_LIST.match(folded, match.end()) or (folded[start - 1 : start] == "、" and folded[start - 2].isdigit()):
        return False  # 120，110、119
    before = folded[start - 1 : start]
    if match[0].count("，") > 1 or not before or before in _CLAUSE_STARTS or "，0" in match[0]:
        return True
    return _CLAUSE_ENDS.match(folded, match.end()) is not None or _SUBJECT.search(match[0]) is None


def _lend(clean: str, figures: list[Quantity]) -> list[Quantity]:
    """Lend the unit at the end of a range or a list to the bare numbers before it: 3至5件, 152、140和133件."""
    kept: list[Quantity] = []
    following: Quantity | None = None
    for figure in reversed(figures):
        between = clean[figure.end : following.start] if following else ""
        if following and following.unit and not figure.unit and _JOINT.fullmatch(between):
            if _RANGE.fullmatch(between):
                figure = _in_range(figure, following)
            figure = figure._replace(unit=following.unit, doubtful=False)
        following = None if figure.doubtful else figure
        if following is not None:
            kept.append(following)
    kept.reverse()
    return kept


def _in_range(first: Quantity, last: Quantity) -> Quantity:
    """The first end of a range with the scale word of the last: 3-5万元, 十至二十万元."""
    for factor in (last.factor, 10**8, 10**4):
        if first.factor == 1 < factor and last.factor % factor == 0 and first.value * factor < last.value:
            return first._replace(value=times(first.value, factor), factor=factor)
    return first


def _join_ranges(clean: str, figures: list[Quantity], others: Sequence[Span]) -> list[Quantity]:
    """Make one figure of the two ends of each range: 6.5%-7%, but not 从6件到7件."""
    joined: list[Quantity] = []
    for figure in figures:
        first = joined[-1] if joined else None
        if (
            first is not None
            and first.upper is None
            and first.unit == figure.unit
            and first.value < figure.value
            and _RANGE.fullmatch(clean, first.end, figure.start)
            and not _FROM.search(clean, max(0, first.start - _LONGEST_FROM), first.start)
            and not touches(others, first.start, figure.end)
        ):
            bound = figure.bound if first.bound == "exact" else first.bound
            joined[-1] = first._replace(upper=figure.value, bound=bound, end=figure.end)
        else:
            joined.append(figure)
    return joined


def _admit(text: str, match: re.Match[str], units: tuple[str, ...]) -> Quantity | None:
    """The figure around a number; None where the number is a fraction, a name, or part of a word."""
    chinese = match.lastgroup == "chinese"
    if (
        chinese
        and stands_alone(text, match, units)
        and not _JOINT.match(text, match.end())
        and not _counts_alone(text, match)
    ):
        return None
    start, end = match.span()
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isdigit() if chinese else before in _OTHER_DIGITS:
        return None
    figure = read_quantity(text, match, units)
    if figure is None:
        return None
    if chinese:
        return _admit_chinese(text, match, figure)
    if figure.unit == "人" and text.startswith("工", figure.end) and _HOTLINES.fullmatch(match[0]):
        return None  # 12345人工服务
    if figure.unit:
        return figure
    # A bare Arabic number may name something: a hotline, a part of a Latin word, a row at the head of a line.
    if (
        _LATIN.match(text[start - 2] if before in _BEHIND_NAMES and start > 1 else before)
        or before == "№"
        or _LATIN.match(after)
        or after in _OTHER_DIGITS
    ):
        return None
    if _HOTLINES.fullmatch(match[0]):
        counted = (
            end - start == 3 and _HOTLINE_ENDS.match(text, end) and not _CALLED.search(text, max(0, start - 3), start)
        )
        return figure if counted else figure._replace(doubtful=True)
    heads_line = before in {"", "\n"} and _NAME_FOLLOWS.match(text, end) and not _JOINT.match(text, end)
    return None if heads_line else figure


def _is_part(text: str, start: int, end: int, commas_part: bool) -> bool:
    """Whether more of a number stands beside what was found of it: 12,34, 1.234.567, 12?件, 3万余5千."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before == "." and _NO_WHOLE.match(text, max(0, start - 2)):
        return True
    if before in _RISKY:
        if before in _MORE:
            return start > 1 and _ENDS_NUMBER.match(text, start - 2) is not None
        if text[start - 2 : start - 1].isdecimal() and text[start].isdecimal():
            if before in _POINTS:
                return _OTHER_POINT.match(text, start - 1) is not None
            return before != "," or not commas_part
    if after not in _RISKY:
        return False
    if text[end + 1 : end + 2].isdecimal() and text[end - 1].isdecimal():
        if after in _POINTS:
            return _OTHER_POINT.match(text, end) is not None
        if after in _APART:
            return after != "," or not commas_part
    return _CUT_OFF.match(text, end) is not None


def _counts_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a bare numeral with a scale word stands behind a word and ends its clause: 收到八十八，办结四十九。"""
    start, end = match.span()
    if text[end : end + 1] not in _NUMERAL_ENDS or end - start < 2 or _SCALED.search(text, start, end) is None:
        return False
    return start > 0 and _WORD.match(text, start - 1) is not None


def _admit_chinese(text: str, match: re.Match[str], figure: Quantity) -> Quantity | None:
    """A Chinese numeral counts with a measure word or a bound, and not as part of a word (三级, 一体, 万一)."""
    numeral, bounded = match["chinese"], figure.bound != "exact"
    if numeral == "零" and figure.unit == "件" and text[figure.end : figure.end + 1].isalnum():
        return None  # 零件
    before = text[match.start() - 1 : match.start()]
    if numeral[0] in "百千万亿" and (not bounded or before in {"数", "几"}):
        return None
    if numeral[0] == "十" and before in {"数", "几"}:
        return None
    if not figure.unit and text[figure.end : figure.end + 1] in _TIME_FOLLOWS:
        return None
    if not figure.unit and not bounded:
        if _counts_alone(text, match):
            return figure
        return figure._replace(doubtful=True) if _JOINT.match(text, match.end()) else None
    if numeral in _SURNAMES and figure.unit in _PLACES:
        return None
    if len(numeral) == 1 and not bounded and _is_set_phrase(text, numeral, before, figure):
        return None
    return figure


def _is_set_phrase(text: str, numeral: str, before: str, figure: Quantity) -> bool:
    """Whether a numeral of one character and its measure word are part of a phrase in which nothing is counted."""
    if figure.unit in _LOOSE and figure.unit != "位":
        return True
    if numeral in "一两" and figure.unit == "起":
        return before in _NOT_ONE or _CASE.match(text, figure.end) is None
    if text.startswith(text[figure.start : figure.end], max(0, figure.start - len(figure.unit) - 1)):
        return True  # 一件一件
    if numeral == "一":
        return before in _NOT_ONE or figure.unit not in _ONE_COUNTS or _ONE_FOLLOWED.match(text, figure.end) is not None
    return figure.unit in {"个", "项", "条"} and _SET_PHRASES.match(text, figure.end) is not None
