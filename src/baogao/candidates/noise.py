"""Numbers of a running text that count nothing: dates, times, document and clause numbers, telephone numbers, names.

They are blanked before figures are looked for, so that no rule further on has to know of them. What is noise is decided
by what the number is, never by a word that stands near it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from baogao.candidates.numbers import UNIT
from baogao.chinese.list_marks import find_marks
from baogao.chinese.numerals import NUMERAL_CHARS

_BLANK = "\x00"
"""What a blanked digit is replaced by: no rule takes it for text, and offsets stay."""
_YEAR = r"(?:19|20)\d\d"
_TO = r"\s?[-~至到]{1,2}\s?"
_COUNTED = rf"\s?(?:{UNIT}|[余多几]|[十百千万亿萬億拾佰仟]|个?亿|成(?!立|功|员))"
"""What makes a number a count: a measure word, 余, a scale word behind it."""
_UNIT_ENDS = "件份人户场次条项个卷宗起家名批册部篇%"
_LONG_COUNTED = (
    r"\s?(?:美?元|人次|人(?![工民员口])|件|份|户(?![名籍])|场|条(?!例)|次(?!年)|册|名(?!称)|项(?!目)|个|宗|吨|亩|字|米"
    r"|公斤|平方米|[余多十百千万亿])"
)
"""What makes a count even of nine digits and more, which are mostly codes."""

_DIGITS_FIRST = re.compile(
    rf"""(?=\d)(?<![\d.])(?!\d{{1,8}}[件份人名户场宗次项个条部篇家册卷%])(?:
      {_YEAR}{_TO}{_YEAR}(?!\d)(?!\s?(?:[余多万件人个户名元]|份|场|条))\s?年?度?       # 2021-2025年
    | {_YEAR}-\d{{1,2}}(?:-\d{{1,2}})?(?!\d)                      # 2023-01-30
    | {_YEAR}([./])\d{{1,2}}\1\d{{1,2}}(?!\d)                     # 2023/1/30
    | {_YEAR}\s?年                                                # 2023年
    | {_YEAR}\.(?:0?[1-9]|1[0-2])(?:{_TO}(?:{_YEAR}\.)?\d{{1,2}}(?![\d.])月?|月)   # 2023.1-2023.12
    | {_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d.]|{_COUNTED})     # 20230130
    | \d{{1,3}}年(?!\d{{4}})                                       # 3年
    | \d{{1,2}}\s?[日]?{_TO}\d{{1,2}}\s?[月日]                    # 1至6月
    | \d{{1,2}}(?:、\d{{1,2}}){{1,11}}\s?月                            # 5、10月
    | \d{{1,2}}\s?月份?(?:                                        # 6月; 6月12日, but 6月12场 is a count
          \s?\d{{1,2}}(?:[-~至到、]\d{{1,2}}){{0,30}}+\s?[日号] | \s?\d{{1,2}}+(?![\d.,]|{_COUNTED}) )?
    | \d{{1,2}}(?:{_TO}\d{{1,2}})?\s?季度
    | \d{{1,2}}\s?日(?![均常])                                    # 25日
    | \d{{1,2}}:\d{{1,2}}(?::\d\d)?(?!\d)                         # 16:42
    | \d{{1,2}}时(?![间限期段效代])(?:\d{{1,2}}分)?               # 9时30分
    | \d{{1,2}}点(?:\d{{1,2}}分|[半钟整])
    | (?<=[上下中]午|凌晨|[早晚日]上)\d{{1,2}}点 | \d{{1,2}}点(?=\d++(?![万亿%]))
    | \d[\d,]{{0,14}}+元\d{{1,2}}角(?:\d{{1,2}}分)?                        # 5元8角, which is neither
    | \d{{1,4}}\#(?=[楼栋机线炉井泵站])                            # 3#楼
    | 0\d{{2,3}}-\d{{7,8}}(?!\d) | [48]00-\d{{3}}-?\d{{4}}(?!\d)  # telephones
    | \d{{15,}}+ | \d{{9,14}}+(?:\.\d+)?+(?!{_LONG_COUNTED})      # telephones, codes
    | \d{{1,6}}\s?号(?!召)                                        # 15号
    | (?:0?[1-9]|1[0-2])\.(?:0?[1-9]|[12]\d|3[01])(?=[\u4e00-\u9fa5])(?!{_COUNTED}|倍|左右|以[上下内])
                                                                  # 12.4宪法日
    | (?!\d++\+(?:{UNIT}))\d+(?:[·+×*]\d*[A-Za-z]?)+                                  # 5·12, 1+28
    | \d+\s?[xX]\s?\d+ | \d+/\d++(?![\d.]*[%件])
    | \d+(?:\.\d+)*版                                            # 4.0版
    | (?<=\d[{_UNIT_ENDS}])\d{{1,2}}(?=[，。；、,;)\n]|$)           # 审结97件2。
    | (?<=\d[人场批件]次)\d{{1,2}}(?=[，。；、,;)\n]|$)
    | \d+(?:周年|届|级|大(?![\d类项件场])|[楼栋](?=[^\d])|室|单元)
    )""",
    re.VERBOSE,
)
"""Every alternative begins with a digit, which lets the search skip from digit to digit; and in none of them a measure
word stands behind so few digits, so that most counts are passed over at once."""
_PAGE_NUMBER = re.compile(r"^[ \t]*-+[ ]*\d{1,4}[ ]*-+[ ]*$", re.MULTILINE)
_ORDINAL_NOUN = r"\s?[条款项章节目编号期批届季轮讲课页版辑卷名位次]"
_AFTER_DI = re.compile(
    rf"第\s?\(\s?\d+\s?\)|(?<![此之以目日年月节会])前\s?(?:\d+|[{NUMERAL_CHARS}]+)名(?!称)|第(?!(?<=到第)\s?\d+\s?(?:人次|件次?|例|起|宗))\s?(?:\d+(?:[-~至到]第?\d+)?|[{NUMERAL_CHARS}]+(?:[-~至到]第?[{NUMERAL_CHARS}]+)?)"
    rf"(?:(?<=\d)(?:[-~至到、和]第?\d+){{0,30}}+(?={_ORDINAL_NOUN})"
    rf"|(?<=[{NUMERAL_CHARS}])(?:[-~至到、和]第?[{NUMERAL_CHARS}]+){{0,30}}+(?={_ORDINAL_NOUN}))?"
)
"""第三条, 第15-18号, 第(3)项: ordinals. In 第一、128件 the second number counts; 办到第128件 says how many."""
_SESSION = re.compile(rf"届[^\s\d,，。;；]{{0,12}}?[{NUMERAL_CHARS}\d]+次(?=[^\s,，。;；]{{0,6}}会)")
"""第十二届人大三次会议: the number of a session."""
_NOTE = re.compile(rf"\((?<=[\d{_UNIT_ENDS}]\()[1-3]?\d\)(?=[，。；、,;)\n]|$)")
"""审结97件(2)。: a mark, as in 审结97件2。, of a note that lost its height."""
_DOCUMENT_NUMBER = re.compile(
    rf"\[\s?{_YEAR}\s?\]\s?第?\d++(?!{_COUNTED}|[-、])|[\[(]\s?{_YEAR}\s?[\])]"
    r"(?:[^\s,。;:\d]{0,6}?\d{0,4}[^\s,。;:\d]{0,6}?第?\s?\d+(?:[-、]\d+)*\s?号)?"
)
"""〔2022〕15号, (2022)内0526行初12号; folded to square brackets. In （2023）收到128件 only the year is none."""
_DIGITS_IN_ORDER = "一二三四五六七八九 两三 123456789"
_PAIRS = "|".join(f"(?<={a}、){b}" for a, b in pairwise(_DIGITS_IN_ORDER) if " " not in {a, b})
_GUESSED = re.compile(rf"[一二两三四五六七八1-8]、(?<=[^\n。；;{NUMERAL_CHARS}\d.第].、)(?:{_PAIRS})[十百千万亿]+")
"""八、九十人 is some eighty or ninety people: neither 8 nor 90 is printed."""
_TITLE = re.compile(r"《[^《》\n]{0,60}(?:《[^《》\n]{0,60}》[^《》\n]{0,60})*》")
_QUOTED = re.compile(r"“[^“”\n,。;:]{1,14}”|\"[^\"\n,。;:]{1,14}\"|‘[^‘’\n,。;:]{1,14}’")
_PHONE = r"(?:0\d{2,3}[- ]?)?(?:\d{7,8}|\d{3,4}-\d{3,4}(?:-\d{3,4})?|1[3-9]\d[ -]\d{4}[ -]\d{4})"
_MORE = rf"[\d\- ]*+(?:[、/]\d[\d\- ]*+)*+(?!{_COUNTED}|[.,]\d)"
_ADDRESS = re.compile(
    r"(?=[hw电手传热联邮标备(拨致])(?:(?:https?://|www\.)[A-Za-z0-9/.?=&_%#:~+@-]+"
    rf"|(?:电话|手机|传真|热线|联系方式)(?:(?:号码?)?\s?(?:[:为是]|号码)\s?\+?\d|[^\n,。;\d]{{0,6}}?(?<!\d){_PHONE}){_MORE}"
    rf"|(?:邮编|邮政编码|标识码|备案号)[^\n,。;\d]{{0,6}}\d{_MORE}(?:号-\d+)?"
    r"|\(0\d{2,3}\)\s?\d{7,8}|(?:拨打|致电)\s?\d{7,})"
)
"""Web addresses, and the numbers behind 电话 and its like that are no counts; all that they begin with comes first."""
_STANDARD = re.compile(r"(?:GB|DB|ISO)[A-Z\d/]*\s\d+(?:[-.:]\d+)*")
_MAIL = re.compile(
    r"(?<![\w.-])(?:[\w.-]++@[\w.-]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|cn|gov|net|org)\b[A-Za-z0-9/.?=&_-]*)",
    re.ASCII,
)
"""Mail addresses, and web addresses without www."""

_CHINESE_OR_BARE = re.compile(
    rf"[{NUMERAL_CHARS}]|(?<![\d.])\d+(?:\.\d+)*+(?![\d.]*\s?(?:[%万亿件个名人次项份户场起宗卷册篇]|批次))"
)
_ANY_NUMERAL = re.compile(rf"[\d{NUMERAL_CHARS}]")


def blank_noise(folded: str) -> str:
    """Blank every digit that is no figure; offsets stay.

    :param folded: the text as :func:`~baogao.chinese.numerals.fold` gives it.
    """
    text = _ADDRESS.sub(_blank, folded)
    if "@" in text or ".c" in text:
        text = _MAIL.sub(_blank, text)
    if "GB" in text or "DB" in text or "ISO" in text:
        text = _STANDARD.sub(_blank, text)
    text = _TITLE.sub(_blank, text)
    text = _DOCUMENT_NUMBER.sub(_blank, text)
    text = _PAGE_NUMBER.sub(_blank, text)
    for mark in find_marks(text):
        text = text[: mark.start] + blank(text[mark.start : mark.end]) + text[mark.end :]
    text = _AFTER_DI.sub(_blank, text)
    if "届" in text:
        text = _SESSION.sub(_blank, text)
    text = _NOTE.sub(_blank, text)
    text = _GUESSED.sub(_blank, text)
    text = _DIGITS_FIRST.sub(_blank, text)
    # In a quoted name (“三项制度”, “12345”) only a number with a unit is a figure.
    return _QUOTED.sub(lambda name: _CHINESE_OR_BARE.sub(lambda number: _BLANK * len(number[0]), name[0]), text)


def _blank(match: re.Match[str]) -> str:
    """The same words with every numeral in them blanked."""
    return blank(match[0])


def blank(text: str) -> str:
    """The same text with every numeral in it blanked."""
    return _ANY_NUMERAL.sub(_BLANK, text)
