"""Numbers of a running text that count nothing: dates, times, document and clause numbers, telephone numbers, names.

They are blanked before figures are looked for, so that no rule further on has to know of them. What is noise is decided
by what the number is, never by a word that stands near it.
"""

from __future__ import annotations

import re

from baogao.candidates.numbers import UNIT
from baogao.chinese.numerals import NUMERAL_CHARS

_BLANK = "\x00"
"""What a blanked digit is replaced by: no rule takes it for text, and offsets stay."""
_YEAR = r"(?:19|20)\d\d"
_TO = r"\s?[-~至到]{1,2}\s?"

_DIGITS_FIRST = re.compile(
    rf"""(?=\d)(?<![\d.])(?:
      {_YEAR}{_TO}{_YEAR}(?!\d)\s?年?度?                          # 2021-2025年
    | {_YEAR}-\d{{1,2}}(?:-\d{{1,2}})?(?!\d)                      # 2023-01-30
    | {_YEAR}([./])\d{{1,2}}\1\d{{1,2}}(?!\d)                     # 2023/1/30
    | {_YEAR}\s?年                                                # 2023年
    | \d{{1,3}}年(?!\d)                                           # 3年
    | \d{{1,2}}\s?[日]?{_TO}\d{{1,2}}\s?[月日]                    # 1至6月
    | \d{{1,2}}、\d{{1,2}}\s?月                                   # 5、10月
    | \d{{1,2}}\s?月份?(?:\s?\d{{1,2}}\s?[日号]?(?=\D)(?!\s?[%个件名人]))?
    | \d{{1,2}}(?:{_TO}\d{{1,2}})?\s?季度
    | \d{{1,2}}\s?日(?![均常])                                    # 25日
    | \d{{1,2}}:\d{{1,2}}(?::\d\d)?(?!\d)                         # 16:42
    | \d{{1,2}}时(?![间限期段效代])(?:\d{{1,2}}分)?               # 9时30分
    | \d{{1,2}}点(?:\d{{1,2}}分|[半钟整])
    | 1[3-9]\d{{9}}(?!\d) | 0\d{{2,3}}-\d{{7,8}}(?!\d) | \d{{9,}}(?!\s?[{NUMERAL_CHARS}])   # telephones, codes
    | \d{{1,6}}\s?号(?!召)                                        # 15号
    | \d{{1,2}}\.\d{{1,2}}(?=[\u4e00-\u9fa5])(?!\s?(?:[万亿千百余多成个倍]|{UNIT}))             # 12.4宪法日
    | \d+(?:[·+×*]\d*[A-Za-z]?)+                                  # 5·12, 1+28
    | \d+\s?[xX]\s?\d+ | \d+/\d++(?![\d.]*[%件])
    | \d+(?:周年|届|级|大(?=[^\d])|[楼室栋](?=[^\d]))
    )""",
    re.VERBOSE,
)
"""Every alternative begins with a digit, which lets the search skip from digit to digit."""
_LINE_HEADS = re.compile(
    r"""^[ \t]*(?:
      \(\d{1,2}\)
    | \d{1,2}(?:\.\d{1,2}){2,3}\.? | \d{1,2}\.\d{1,2}(?=[ 、])(?![ ]?[万亿千%]) | \d{1,2}\s?(?:[、)]|\.)(?!\d)
    | -+[ ]*\d{1,4}[ ]*-+[ ]*$                                    # a page number
    )""",
    re.VERBOSE | re.MULTILINE,
)
"""The numbering of a line, and page numbers."""
_RUN_IN_HEADS = re.compile(r"[。;:,.][ \n]*(?:\d{1,2}[.、](?=[^\d\s])|\(\d{1,2}\))")
"""The numbering of an entry in the middle of a line, behind the end of a clause."""
_AFTER_DI = re.compile(rf"第\s?[\d{NUMERAL_CHARS}]+(?:[-~至到、]第?[\d{NUMERAL_CHARS}]+)*")
"""第三条, 第15-18号: ordinals."""
_DOCUMENT_NUMBER = re.compile(rf"[\[(]\s?{_YEAR}\s?[\])][^\s,。;:\d]{{0,8}}\d*[^\s,。;:\d]{{0,4}}?(?:\d+\s?号)?")
"""〔2022〕15号, folded to square brackets."""
_TITLE = re.compile(r"《[^《》\n]{0,60}(?:《[^《》\n]{0,60}》[^《》\n]{0,60})*》")
_QUOTED = re.compile(r"“[^“”\n,。;:]{1,14}”|\"[^\"\n,。;:]{1,14}\"|‘[^‘’\n,。;:]{1,14}’")
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+|(?:电话|邮编|邮政编码|传真|标识码|备案号)[^\n,。;\d]{0,6}\d[\d\- ]*")
"""Web addresses, and the numbers behind 电话 and its like."""

_CHINESE_OR_BARE = re.compile(rf"[{NUMERAL_CHARS}]|(?<![\d.])\d+(?![\d.]*\s?[%万亿件个名人次项])")
_ANY_NUMERAL = re.compile(rf"[\d{NUMERAL_CHARS}]")


def blank_noise(folded: str) -> str:
    """Blank every digit that is no figure; offsets stay.

    :param folded: the text as :func:`~baogao.chinese.numerals.fold` gives it.
    """
    text = _ADDRESS.sub(_blank, folded)
    text = _TITLE.sub(_blank, text)
    text = _DOCUMENT_NUMBER.sub(_blank, text)
    text = _LINE_HEADS.sub(_blank, text)
    text = _RUN_IN_HEADS.sub(_blank, text)
    text = _AFTER_DI.sub(_blank, text)
    text = _DIGITS_FIRST.sub(_blank, text)
    # In a quoted name (“三项制度”, “12345”) only a number with a unit is a figure.
    return _QUOTED.sub(lambda name: _CHINESE_OR_BARE.sub(lambda number: _BLANK * len(number[0]), name[0]), text)


def _blank(match: re.Match[str]) -> str:
    """The same words with every numeral in them blanked."""
    return _ANY_NUMERAL.sub(_BLANK, match[0])
