"""The grammar of numbers: 2600余户, 近七成, 百分之九十九点三, 超过260万人, 6.5万份.

A quantity is a number with the words that bound it and its unit. The number is found first; bound words and unit are
read from its two sides.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from baogao.chinese.numerals import (
    DIGITS,
    MYRIADS,
    NUMERAL_CHARS,
    SCALES,
    TENS,
    ZEROS,
    chinese_number,
    digit_by_digit,
    fold,
    scale_of,
)
from baogao.schema.values import Bound

_SIMPLE = {
    "件": "",
    "份": "额量",
    "人": "民员口",
    "户": "籍外名",
    "场": "所地景馆合",
    "次": "年要日月",
    "期": "间末限满初",
    "部": "门委分署",
    "条": "例款线约目",
    "项": "目",
    "个": "别体性案",
    "卷": "入",
    "宗": "教旨",
    "起": "诉草来步点源施止复",
    "家": "庭长园属乡",
    "名": "录称誉牌义优",
    "批": "评准复示判量",
    "册": "",
    "本": "级地年区县市省旗镇局单领行",
    "篇": "",
    "处": "理置罚室级长于在分以方",
    "张": "贴",
    "例": "如会外行",
    "种": "植子养",
    "类": "似别型",
    "支": "持部撑出付",
    "台": "账阶风",
    "套": "",
    "座": "谈",
    "间": "接隔",
    "位": "于列居置次",
    "所": "有属在谓需涉得示列述以作",
    "辆": "",
    "架": "构",
    "顶": "",
    "头": "部",
    "只": "有能要是占需",
    "匹": "配",
    "亩": "均",
    "吨": "",
    "米": "",
    "公里": "",
    "千米": "",
    "千克": "",
    "千瓦": "",
    "千瓦时": "",
    "公斤": "",
    "斤": "",
    "标箱": "",
    "兆瓦": "",
    "公顷": "",
    "平方米": "",
    "平方公里": "",
    "平方千米": "",
    "立方米": "",
    "元": "旦宝素",
    "美元": "",
    "天": "然",
    "小时": "",
    "分钟": "",
    "课时": "",
    "学时": "",
    "节": "约能点假日省",
    "堂": "",
    "讲": "座话解课师法述",
    "幅": "度员",
    "块": "",
    "面": "对向积临商试上前谈",
    "集": "中体合成聚",
    "辑": "",
    "封": "闭",
    "笔": "试录",
    "单": "位独项一个方纯元",
    "桩": "",
    "轮": "训流岗班换",
    "回": "复应访答头归收顾函流",
    "遍": "及布",
    "道": "路德理",
    "门": "户口类",
    "枚": "",
    "把": "关握控",
    "片": "区",
    "则": "是为",
    "款": "项物",
    "字": "",
    "页": "面",
    "倍": "",
    "组": "织成建长团",
    "队": "伍员",
    "班": "子级组主",
    "团": "队体结员委",
    "艘": "",
    "株": "",
    "棵": "",
    "盏": "",
    "趟": "",
    "对": "于照标接外比应",
    "岁": "",
    "分": "别类为之局子析段期层工解管公批布享校部",
}
"""Measure word: the characters that, coming next, make it the beginning of another word (135件 but 12条例).

The list is open: a number whose unit is not in it is still a candidate, with an empty unit.
"""
_COMPOUND = ("个百分点", "百分点", "个工作日", "工作日", "个批次", "个小时", "个月")
_COUNTED_TIMES = "人件场批班户家车台处项篇条套例"
"""件次, 人次, 场次 …: measure words that take 次."""
UNIT = "[%‰]|" + "|".join(
    [
        *sorted(_COMPOUND, key=len, reverse=True),
        f"[{_COUNTED_TIMES}]次(?![年日月])",
        *(
            f"{word}(?![{blocked}])" if blocked else word
            for word, blocked in sorted(_SIMPLE.items(), key=lambda entry: -len(entry[0]))
        ),
    ]
)
"""A regular expression for a measure word; longer words come first."""
_CANONICAL = {"百分点": "个百分点", "个批次": "批次", "工作日": "个工作日", "个小时": "小时"}
"""Spellings of one unit, to the one that candidates carry."""
_UNIT_ONLY = re.compile(f"(?P<scale>[十百千]?(?:万亿|[万亿]))?(?P<unit>{UNIT})?")

_ARABIC = (
    rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,5}}(?!\d)|\d{{1,3}}(?:，0\d\d|(?:，\d{{3}}){{2,5}})(?!\d)"
    rf"|\d{{1,3}}(?:(?:, ?| )\d{{3}}){{1,5}}(?=\s?[万亿%]|\s?(?:{UNIT}))"
    r"|\d{1,2} \d{1,2}(?=[%件个名])|\d+)"
    r"(?:\.\d+| ?\. ?\d+(?=\s?[%万亿])|点\d+(?=[万亿%]))?"
)
_ARABIC_POINT = re.compile(r"(?<=\d)点(?=\d)")
_FACTORS = "百千佰仟万亿萬億"
"""The scale words at the end of a number, which a range lends to its other end."""
_SHARES = {"percent": "%", "whole": "%", "permille": "‰"}
"""The unit of a number that is written as a share, by the name of its group."""
_NUMERAL = re.compile(rf"[\d{NUMERAL_CHARS}]")
_TYPED_ZERO = re.compile(rf"(?<=[{NUMERAL_CHARS}])0(?=[{NUMERAL_CHARS}])")
_LONGEST_NUMBER = 40
"""Characters; a longer row of digits is no figure, and could not be written as a number."""
_SPACED_GROUPS = re.compile(r"\d{1,3}(?: \d{3})+")
_ALL_SCALES = "".join(SCALES) + "".join(MYRIADS)
_SCALE = f"[{_ALL_SCALES}{''.join(TENS)}]"
_DIGIT = f"(?:[{''.join(DIGITS)}]|(?<=[{NUMERAL_CHARS}])[0Oo](?=[{NUMERAL_CHARS}]))"
"""A Chinese digit, or the 0 that some type for 〇 between two of them: 一百0五."""
_POINT = f"点[{''.join(DIGITS)}]+"
_CHINESE = rf"[{NUMERAL_CHARS}]+(?:{_POINT})?"
_PLAIN_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_FIRST_SCALES = r"(?:[十百千拾佰仟](?<!千(?=[米克瓦伏卡帕赫]))(?<!百(?=姓|分点|分之))|[万亿萬億])"
"""Scale words right behind the first Arabic digits; 千 in 3千瓦 and 百 in 5百姓 are none."""
_PARTS = rf"(?:[{ZEROS}]?{_PLAIN_ARABIC}{_SCALE}+|(?:{_DIGIT}+|(?=[{''.join(TENS)}])){_SCALE}+)"
_REST = rf"(?:{_PARTS}*(?:{_DIGIT}++(?!\d)(?:{_POINT})?|{_POINT}|[{ZEROS}]?{_PLAIN_ARABIC})?)"
"""What may follow a scale word: parts with scale words of their own, and one without."""
_NO_NUMERAL = "(?<=队)伍|(?<=[大登着内水])陆|陆[续军地路运]|(?<=[收捡])拾|拾[级遗]"
_NO_NUMERAL += "|[三五七九]台[县市区山河]|三元[区里]|三次产业|五家渠|四套班子|[三四五六]件套"
"""Formal digits that are parts of common words."""
CORE = re.compile(
    rf"(?=[\d{NUMERAL_CHARS}])(?!{_NO_NUMERAL})(?:百分之\s?(?P<percent>\d+(?:\.\d+)?|{_CHINESE})|(?P<whole>百分百)"
    rf"|千分之\s?(?P<permille>\d+(?:\.\d+)?|{_CHINESE})"
    rf"|(?P<fraction>[\d{NUMERAL_CHARS}]+分之[\d{NUMERAL_CHARS}]+|[{NUMERAL_CHARS}]{{1,3}}点[{NUMERAL_CHARS}]{{1,3}}[分刻])"
    rf"|(?P<arabic>{_ARABIC}(?:{_FIRST_SCALES}+{_REST})?)"
    rf"|(?P<chinese>{_DIGIT}*(?:{_POINT}[千万亿]*)?(?:{_SCALE}+{_REST})?))"
)
"""A number without its bound words and unit; the name of its group says how it begins.

Arabic and Chinese parts with their scale words are one number, 1亿2345.6万, which is read whole or not at all.
"""


@lru_cache(maxsize=64)
def _tail_of(units: tuple[str, ...]) -> re.Pattern[str]:
    """What may stand behind a number: 余, a scale word, tenths (成) or a unit, 以上. All of it may be absent.

    :param units: spellings of units that the grammar does not know; they go before those that it does.
    """
    unit = "|".join([*map(re.escape, units), UNIT])
    return re.compile(
        r"(?:[ \n]?(?P<infix>[余多几]|来(?=[十百千]?[万亿]))?"
        r"(?P<scale>[十百千]?(?:万亿|[万亿萬億])|个(?=亿)亿|[百千](?![米克瓦分姓]))?"
        r" ?(?P<infix2>[余多]|来(?=[件个人场次份户])|(?<=[万亿\d])\+(?![\dA-Za-z]))?)"
        r"[ \n]?(?:(?P<tenths>成(?![功员立果交本效为年就长熟都型品绩份因群]))"
        r"(?P<tenth>[一二三四五六七八九半1-9](?![成\d.]))?(?P<infix3>[余多])?"
        rf"|(?P<unit>{unit}))?(?:\([次份件个]\))?"
        r"[ ]?(?P<suffix>(?:及|\(含\)|之)?(?:以上|以下(?![简称几问方特])|以内)|之[上下内]|左右"
        r"|上下(?![联功同级各])|不等)?"
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
"""The last characters of the words in ``_BEFORE``: without one of them beside a number nothing is searched."""
_GOES_ON = frozenset(
    "".join(word[0] for word in (*_SIMPLE, *_COMPOUND)) + _COUNTED_TIMES + "%‰余多几来十百千万亿萬億成(以之左上下不+ \n"
)
"""What a tail may begin with."""
_ROUND_PREFIX = re.compile(r"(?<![以之线马])[上过]\Z")
_SUFFIXES: dict[str, Bound] = {"上": "over", "下": "under", "内": "under", "右": "about"}
"""By their last character; 上下 is the one that reads otherwise."""


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
    factor: int = 1
    """The scale word's factor: 10,000 in 6.5万份."""
    upper: Decimal | None = None
    """The other bound of a range: 7 of 6.5%-7%."""
    falls: bool = False
    """Whether it is printed as a decrease: 下降2.3%, 较上年-12件."""


def parse_quantity(text: str, units: tuple[str, ...] = ()) -> Quantity | None:
    """Read the text of one figure: "2600余户" is 2600, over, 户.

    :param units: see :func:`read_quantity`.
    :return: the first figure in ``text``, or None when no number is printed in it (全部, 未收到).
    """
    folded = fold(text)
    if _SPACED_GROUPS.fullmatch(folded):
        folded = folded.replace(" ", "")
    folded = folded.replace("，", ",")  # one figure's text: no comma in it parts two
    quantities = (read_quantity(folded, match, units) for match in CORE.finditer(folded))
    return next((quantity for quantity in quantities if quantity is not None), None)


def unknown_units(units: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some spellings of units that the grammar does not know, in their order."""
    return tuple(unit for unit in units if not _UNIT_ONLY.fullmatch(unit))


def read_unit(text: str, units: tuple[str, ...] = ()) -> tuple[str, int] | None:
    """A printed unit, as in a table's head (件, 万元, %): its name and its factor; None for any other word.

    :param units: spellings of units that the grammar does not know.
    """
    own = next((unit for unit in units if text.endswith(unit)), "")
    if own and (scale := _UNIT_ONLY.fullmatch(text.removesuffix(own))) and not scale["unit"]:
        return own, scale_of(scale["scale"] or "")
    match = _UNIT_ONLY.fullmatch(text)
    if match is None or not text:
        return None
    name = match["unit"] or ""
    return _CANONICAL.get(name, name), scale_of(match["scale"] or "")


def times(value: Decimal, factor: int) -> Decimal:
    """A value in its unit, without a fraction of nothing: 6.5 times 10,000 is 65000, not 65000.0."""
    product = value * factor
    whole = product.to_integral_value()
    return whole if product == whole else product


def stands_alone(text: str, match: re.Match[str], units: tuple[str, ...] = ()) -> bool:
    """Whether neither a measure word nor a bound can stand beside a number; quick, and sometimes wrongly False."""
    start, end = match.span()
    if units and text.startswith(units, end):
        return False
    beside = text[max(0, start - 2) : start]
    return text[end : end + 1] not in _GOES_ON and _PREFIX_ENDS.isdisjoint(beside) and beside[-1:] not in {"上", "过"}


def read_quantity(text: str, match: re.Match[str], units: tuple[str, ...] = ()) -> Quantity | None:
    """The quantity around a number; None where it cannot be read (两三, 1万2, a row of digits without end).

    :param text: the text, folded.
    :param match: of ``CORE`` in it.
    :param units: spellings of units that the grammar does not know, the longest first.
    """
    value = _value(match)
    if value is None:
        return None
    end = match.end()
    tail = _tail_of(units).match(text, end)
    assert tail is not None  # every part of it may be empty
    infix, scale, infix2, tenths, tenth, measure = tail.group("infix", "scale", "infix2", "tenths", "tenth", "unit")
    if (infix or infix2 or scale) and not measure and _NUMERAL.match(text, tail.end()):
        return None  # 12余0件, 1 千2百件
    unit = _CANONICAL.get(measure, measure) or ""
    factor, how = 1, match.lastgroup
    if how in _SHARES:
        unit = _SHARES[how]
    else:
        if text[end - 1] in _FACTORS:
            factor = scale_of(match[0][len(match[0].rstrip(_FACTORS)) :])
        if scale:
            more = scale_of(scale.removeprefix("个"))
            factor, value = factor * more, times(value, more)
    if tenths:
        tenth = tenth or "零"
        unit, value = "%", value * 10 + (5 if tenth == "半" else DIGITS[tenth] if tenth in DIGITS else int(tenth))
    bound, start = _bound(text, match.start(), tail)
    return Quantity(value, bound, unit, start, end + len(tail[0].rstrip()), factor=factor)


def _value(match: re.Match[str]) -> Decimal | None:
    """What the number itself says, before a scale word behind 余, or tenths."""
    how = match.lastgroup or ""
    text = match[how]
    if how == "fraction" or match.end() - match.start() > _LONGEST_NUMBER:
        return None
    if how == "whole":
        return Decimal(100)
    if text.isdigit():  # nearly all are digits and nothing else
        return Decimal(text)
    if how != "chinese":
        text = text.replace(",", "").replace("，", "").replace(" ", "")
        if how == "arabic":
            text = _ARABIC_POINT.sub(".", text)
        if text.replace(".", "", 1).isdigit():
            return Decimal(text)
    if "0" in text:
        text = _TYPED_ZERO.sub("零", text)
    value = chinese_number(text)
    return Decimal(digits) if value is None and (digits := digit_by_digit(text)) is not None else value


def _bound(text: str, start: int, tail: re.Match[str]) -> tuple[Bound, int]:
    """The bound and where the figure's text begins; words behind the number outrank those before it.

    :param start: of the number.
    :param tail: what stands behind it.
    """
    before = text[max(0, start - 6) : start]
    bound: Bound = "exact"
    if not _PREFIX_ENDS.isdisjoint(before[-2:]) and (prefix := _PREFIX.search(before)):
        start -= len(before) - prefix.start()
        bound = next(name for name, _ in _BEFORE if prefix[name])
    elif text[start] in "百千万亿" and _ROUND_PREFIX.search(before):
        start, bound = start - 1, "over"
    infix, infix2, infix3, suffix = tail.group("infix", "infix2", "infix3", "suffix")
    if suffix and suffix[-1] in _SUFFIXES:
        bound = "about" if suffix == "上下" else _SUFFIXES[suffix[-1]]
    elif infix or infix2 or infix3:
        bound = "about" if "来" in {infix, infix2} else "over"
    return bound, start
