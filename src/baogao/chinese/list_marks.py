"""The marks of lists and headings in official Chinese prose: 一、 （一） 1. ① 一是 第一， ● and their like.

One grammar for everybody who asks where an entry begins. A mark is told by its form, by what stands before it (the
head of a line, the end of a clause, the mark that it goes on from) and by what follows: 1.5万 and 3、4月份 begin
nothing, 第一、128件 is a mark and a figure. Texts may be folded (``baogao.chinese.numerals.fold``) or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Literal, NamedTuple


class ListMark(NamedTuple):
    """One mark; its offsets count in the text that was searched."""

    start: int
    end: int
    """Where the words of the entry begin: blanks behind the mark are part of it."""
    kind: str
    """Its form without the number: ``C、``, ``（C）``, ``N.``, ``①``, ``C是``, ``第C`` (首先 too), ``其C``, ``●``."""
    level: int
    """1 for 一、 and 第一章, 2 for （一）, 3 for 1. （1） ①, 4 for 一是 第一， 1.1 A. ● and their like."""
    number: int | None = None
    """What it counts; None for bullets and words (首先)."""

    @property
    def is_bullet(self) -> bool:
        """Whether it is a sign that counts nothing: ●, ——, *."""
        return self.number is None and self.kind not in {"第C", "A."}


ANNOUNCED = re.compile(r"[：:]|即(?![可使将时便])|主要(?:有|是|表现|体现)|(?:表现|体现|反映)[在为于]|包括|如下")
"""What announces a series, wherever it stands: 主要表现为…, 即…."""
_DIGITS = ["", *"一二三四五六七八九"]
_C = "[一二三四五六七八九十]{1,3}"
_N = r"\d{1,2}"
_NO_MARK = {
    "要": "求素点件害闻么务事案职道",
    "则": "消新案典公通信报启故短视广",
    "其": "般些贯直切级次向定分度样体律身生",
}
"""What makes the character before it part of a word: 一要求, 一则消息, 其一般."""
_MEASURES = (
    "万亿千百十余多成个倍%％件名人次元吨公里米亩户家项条场期份篇部起宗例处所台辆支座栋间套"
    "批分点级类种天日月年小时秒斤克升平方顷度卷册本张枚封幅组艘株棵顶辆间趟次岁角"
)
"""Behind 1.1 they make it a number: 1.1倍."""
_WHOLE = "件人户份场册宗起卷篇辆"
"""Measure words of what comes in whole pieces only: 1.128件 is the mark 1. and a figure."""
_DAY = r"(?!\s?[^，。；,;\s]{0,12}(?:[日节](?![常能水约])|[前期]间))"
"""Nor is 12.4宪法日 a mark."""
_BULLETS = "•·●○◎◉◆◇■□▪▫▲△▶►★☆※➢➣➤❖✓✔√\uf06c\uf06e\uf075\uf076\uf0a7\uf0b2\uf0b7\uf0d8\uf0fc"
"""Those of symbol fonts are in the area for private use."""
_BLANKS = " \t　\u00a0"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚"
_RUNS = {_CIRCLED: "①", "❶❷❸❹❺❻❼❽❾❿": "①", "➀➁➂➃➄➅➆➇➈➉": "①", "➊➋➌➍➎➏➐➑➒➓": "①", "㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩": "（C）"}
_RUNS |= {"".join(map(chr, range(0x2474, 0x2488))): "（N）", "".join(map(chr, range(0x2488, 0x249C))): "N."}
"""Marks of one character, in their order, with the kind of each run of them."""
_ONE_CHARACTER = {char: (kind, number) for run, kind in _RUNS.items() for number, char in enumerate(run, 1)}
_LATIN = "A-Za-zＡ-Ｚａ-ｚⅠ-Ⅻⅰ-ⅻ"
_STARTS = rf"(?=[（(第其首再此最一二三四五六七八九十\d{_LATIN}{''.join(_ONE_CHARACTER)}{_BULLETS}*＊—－–―-])"
"""What any mark may begin with: it lets the search skip most characters at once."""
_BEHIND = rf"(?:(?<=[。；;：:！!？?.．，,”’』」）)】—\s])|(?=[（({''.join(_ONE_CHARACTER)}]))"
"""What may stand before a mark; those in brackets and circles may follow any word."""
_FORMS = rf"""(?:
      (?P<part>第\s?(?P<c0>{_C})\s?(?:部分|章|篇)[、，,：:]?)
    | (?P<ordinal>(?P<n5>{_N})是(?!否)
        | (?P<c1>{_C})(?:是(?:要(?![{_NO_MARK["要"]}]))?|要(?![{_NO_MARK["要"]}])|则(?![{_NO_MARK["则"]}])要?)
        | 第(?P<c2>{_C})(?:个?方面|[点件步项])?(?:[，、,：:]|是)|第(?P<c3>{_C})(?:个?方面|[点件步])(?=\s)
        | 其(?P<c4>{_C})(?:[，、,：:是]|(?=\s)|(?=[\u4e00-\u9fff]{{2}})(?![{_NO_MARK["其"]}]))
        | (?P<word>(?:首先|其次|再次)(?:[，,：:]|是|要(?![{_NO_MARK["要"]}])))|(?P<more>(?:再者|此外|最后)[，,：:是]))
    | (?P<chinese>(?P<c5>{_C})\s{{0,2}}(?:、|[.．](?!\d)))
    | (?P<comma>(?P<c6>{_C})[，,])
    | (?P<chinese_bracketed>[（(]\s?(?P<c7>{_C})\s?[）)][、，,.．]?|(?P<c8>{_C})[）)])
    | (?P<decimal>(?P<n0>{_N})(?:[.．]{_N}){{2,3}}[.．、]?(?![\d年月])
        | (?P<n1>{_N})[.．]{_N}(?:、|(?=[{_BLANKS}]\d*[^\d\s万亿千%.])|(?=[\u4e00-\u9fff])(?![{_MEASURES}])){_DAY})
    | (?P<arabic>(?P<n2>{_N})\s{{0,2}}(?:、|[.．](?:(?!\d)|(?=(?:19|20)\d\d\s?年|\d\d+\s?[{_WHOLE}]))))
    | (?P<bracketed>[（(]\s?(?P<n3>{_N})\s?[）)][、，,.．]?)
    | (?P<half>(?P<n4>{_N})\s?[）)][、.．]?)
    | (?P<letter>[（(][{_LATIN}][）)]|[{_LATIN}](?:[.．](?![{_LATIN}\d])|、(?![{_LATIN}])|[)）]))
    | (?P<one>[{"".join(_ONE_CHARACTER)}])
    | (?P<bullet>[{_BULLETS}]+|——(?!\s?\d+\s?[—－–-]))
    | (?P<dash>(?:[—－–―]|--?)(?=[{_BLANKS}]*[^\d\s—–－―-]|[{_BLANKS}]\d(?!\d*\s*(?:[—－–-]|$)))|[*＊](?=[{_BLANKS}]))
    )\s*"""
_MARK = re.compile(_STARTS + _FORMS, re.VERBOSE | re.MULTILINE)
_NEXT_MARK = re.compile(_STARTS + _BEHIND + _FORMS, re.VERBOSE | re.MULTILINE)
_CHINESE, _ARABIC = [f"c{place}" for place in range(9)], [f"n{place}" for place in range(2, 6)]
"""The names of the groups that hold a numeral, or digits."""
_NUMERALS = {
    f"{'' if tens < 2 else _DIGITS[tens]}{'十' if tens else ''}{_DIGITS[ones]}": 10 * tens + ones
    for tens in range(10)
    for ones in range(10)
}
"""The numerals from 一 to 九十九."""
_LEVELS = {
    "part": 1,
    "chinese": 1,
    "comma": 1,
    "chinese_bracketed": 2,
    "arabic": 3,
    "bracketed": 3,
    "half": 3,
    "one": 3,
}
"""By the name of a form; all others are 4."""
_KINDS = {"part": "第C章", "comma": "C，", "chinese": "C、", "chinese_bracketed": "（C）", "decimal": "N.N"}
_KINDS |= {"bracketed": "（N）", "half": "N）", "letter": "A."}
_NEXT_NUMBER = re.compile(
    r"第?[（(]?(\d{1,2}|[一二三四五六七八九十]{1,3})(?:\s?(?P<named>月|日|号|季度|、[\d一二三四五六七八九十])|(?P<counted>.?))"
)
_COUNTED = frozenset("大个件名人场次家户万亿千百%％部份起宗例项年")
"""Behind a number they say that something is counted: in 一、二大队 nothing is, in 1、2名干部 1、 is a mark."""
_Place = Literal["line", "clause", "comma", "blank", "inside"]
_ENCLOSED = frozenset({"（C）", "（N）", "①"})
"""They go on behind any word: ①甲②乙."""


def leading_mark(line: str) -> ListMark | None:
    """The mark that a line begins with, blanks aside, or None."""
    start = len(line) - len(line.lstrip())
    match = _MARK.match(line, start)
    return _read(line, match) if match else None


def find_marks(text: str, start: int = 0, end: int | None = None) -> Iterator[ListMark]:
    """The marks in a stretch of text, in order; its beginning counts as the head of a line.

    At the head of a line every mark counts, behind the end of a clause all but dashes, behind a comma or a mere blank
    ordinals (一是). Elsewhere one counts that goes on from another of its kind: （一）甲，（二）乙.
    """
    end = len(text) if end is None else end
    last: dict[str, int | None] = {}
    first = _MARK.match(text, start, end)
    following = _NEXT_MARK.finditer(text, first.end() if first else start, end)
    for match in chain([first] if first else [], following):
        place = _place(text, start, match.start())
        if place == "inside" and not last:
            continue
        mark = _read(text, match)
        if mark is None:
            continue
        goes_on = mark.number is not None and last.get(mark.kind) == mark.number - 1
        if (
            place == "line"
            or (place == "clause" and match.lastgroup != "dash")
            or (place in {"comma", "blank"} and (goes_on or (match.lastgroup == "ordinal" and not match["more"])))
            or (goes_on and mark.kind in _ENCLOSED)
        ):
            last[mark.kind] = mark.number
            # 一， heads a chapter only at the head of a line.
            yield mark if place == "line" or mark.kind != "C，" else mark._replace(level=4)


def _place(text: str, start: int, position: int) -> _Place:
    """What stands before a position, blanks aside."""
    before = position
    while before > start and text[before - 1] in _BLANKS:
        before -= 1
    if before == start or text[before - 1] in "\r\n\f\v\u2028\u2029":
        return "line"
    last, second = text[before - 1], text[before - 2 : before - 1] if before - 1 > start else ""
    if last in "：:.．" and second.isascii() and second.isalnum():
        return "blank" if before < position else "inside"  # 16:42, 3.5, www.
    if (
        last in "。；;：:！!？?.．】"
        or last == second == "—"
        or (last in "”’』」）)】" and second in {"。", "！", "？", "；"})
    ):
        return "clause"
    if last in "，,":
        return "comma"
    return "blank" if before < position else "inside"


def _read(text: str, match: re.Match[str]) -> ListMark | None:
    """The mark that was matched; None where its numbers name something (一、二季度), or are none (三五、)."""
    form = match.lastgroup or ""
    if form == "one":
        kind, number = _ONE_CHARACTER[match["one"]]
        return ListMark(match.start(), match.end(), kind, 2 if kind == "（C）" else 3, number)
    if form in {"bullet", "dash"}:
        kind = match[form]
        return ListMark(match.start(), match.end(), kind if kind == "——" else kind[0], 4)
    value = _value(match)
    if value is None and form != "letter" and not match["more"]:
        return None
    printed = match[form]
    if value == 0 or printed[:2] in {"0.", "0．"}:
        return None
    if printed.endswith("、") and value is not None and _is_enumeration(text, match.end(form), value):
        return None
    kind = _KINDS.get(form, "")
    if form == "arabic":
        kind = "N、" if printed.endswith("、") else "N."
    elif form == "ordinal":
        kind = "C是" if match["c1"] or match["n5"] else "其C" if match["c4"] else "第C"
    return ListMark(match.start(), match.end(), kind, _LEVELS.get(form, 4), value)


def _value(match: re.Match[str]) -> int | None:
    """The number in a mark; of 1.2.3 the last; 首先 is 1."""
    if match["word"]:
        return 1 + ("首先", "其次", "再次").index(match["word"][:2])
    if match["decimal"]:
        return int(re.findall(r"\d+", match["decimal"])[-1])
    chinese, arabic = next(filter(None, match.group(*_CHINESE)), None), next(filter(None, match.group(*_ARABIC)), None)
    return _NUMERALS.get(chinese) if chinese else int(arabic) if arabic else None


def _is_enumeration(text: str, place: int, value: int) -> bool:
    """Whether what looks like a mark is the first of several numbers that name something: 一、二季度, 3、4月份."""
    following = _NEXT_NUMBER.match(text, place)
    if following is None:
        return False
    digits = following[1]
    number = int(digits) if digits.isdigit() else _NUMERALS.get(digits, 0)
    # 1、2名干部 begins an entry; 3、5万元 and 二、三级 go on from nothing.
    counted = (following["counted"] or "") in _COUNTED and (value == 1 or not digits.isdigit())
    return bool(following["named"]) or (value < number < value + (4 if digits.isdigit() else 2) and not counted)
