"""Who reports, and for when: place names, administrative levels and periods, as Chinese official papers print them."""

from __future__ import annotations

import re
from functools import lru_cache

_PLACE_END = "特别行政区|自治区|自治州|自治县|自治旗|地区|新区|开发区|街道|苏木|民族乡|省|市|州|盟|县|旗|区|镇|乡"
_OFFICE_END = "委员会办公室|委员会|管委会|办公室|管理局|分局|支队|大队|总队|中心|局|厅|委|办|院|所"
_GOVERNMENT = "人民政府(?:办公室|办公厅)?|行政公署|办事处|政府"
_YEAR = r"(?:\d{4}|[〇零○Ｏ一二三四五六七八九]{4}|[０-９]{4})\s*年度?"
_NAME = (
    rf"(?:关于)?(?:报送|印发|上报)?(?:{_YEAR})?(?:上半年|下半年|前三季度|第[一二三四]季度|\d+[-—－至~～]\d+月)?"
    rf"(?P<name>[一-鿿]{{1,24}}?(?:{_PLACE_END}|{_OFFICE_END}))"
)
_NEXT_WORDS = "在|坚持|以|认真|深入|各|紧"
_BEHIND_NAME = (
    rf"(?:{_GOVERNMENT})|关于|{_YEAR}|\d|上半年|下半年|年度|贯彻|落实|推进|工作|建设|的|全面|党政|{_NEXT_WORDS}|$"
)
ORGANISATION = re.compile(
    rf"(?:中共|中国共产党)?[一-鿿（）()]{{2,40}}?(?:人民政府(?:办公室|办公厅)?|行政公署|{_OFFICE_END}|县委|市委|区委|旗委|省委|办事处)"
)
_PARTY = re.compile(r"^(关于)?中共[^委]{1,14}委(?:员会)?")
_LEVELS: tuple[tuple[str, str], ...] = (
    (rf"(?:{_OFFICE_END})$", "department"),
    ("(?:街道|镇|乡|苏木)(?:办事处)?$", "township"),
    ("(?:自治区|省|特别行政区)$", "province"),
    ("(?:自治州|州|盟|地区)$", "prefecture"),
    ("(?:县|旗|区)$", "county"),
)
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
_UPPER_CITY = re.compile(
    r"全市\D{0,4}\d*个?(?:县|区|旗)|各(?:县|旗)|县[（(](?:市|区|旗)|(?:市|区)?辖(?:区|县)|地级市|市[（(]?州|区县|旗县区|县区|市县两级|市、县|县[（(]区|各县|市直|县市区"
)
_LOWER_CITY = re.compile(r"县级市|(?:各|个)(?:乡镇|镇街|镇乡|街镇|镇|乡|街道)|地级")
_DIGITS = str.maketrans("〇零○Ｏ一二三四五六七八九０１２３４５６７８９", "0000123456789" + "0123456789")
_PERIODS: tuple[tuple[str, str, str], ...] = (
    (r"上半年|半年度|[1１一]\s*[-—－–至到~～、]+\s*[6６六]\s*月|[1１]月[-—－–至到~～]+[6６]月", "01", "06"),
    (r"下半年|7\s*[-—－至]\s*12月", "07", "12"),
    (r"前三季度|1\s*[-—－–至到~～]+\s*9\s*月", "01", "09"),
    (r"(?:第)?一季度|1\s*[-—－–至到~～]+\s*3\s*月", "01", "03"),
)


def place_name(text: str, about: re.Pattern[str] | None = None) -> str | None:
    """The place or office that a title or signature begins with, without “人民政府”; None when there is none.

    :param about: what such a report speaks of: its words may follow the name directly.
    """
    match = _name_before(about.pattern if about else "(?!)").match(_PARTY.sub("", text))
    return match["name"] if match else None


@lru_cache
def _name_before(words: str) -> re.Pattern[str]:
    return re.compile(rf"{_NAME}(?={_BEHIND_NAME}|{words})")


def level_of(name: str, text: str) -> str | None:
    """province, prefecture, county, township or department, from the name's ending.

    A 市 may be a prefecture or a county: what the report says lies beneath it decides.
    """
    if name in _MUNICIPALITIES:
        return "province"
    for ending, level in _LEVELS:
        if re.search(ending, name):
            return level
    if name.endswith("市"):
        upper, lower = len(_UPPER_CITY.findall(text)), len(_LOWER_CITY.findall(text))
        return "prefecture" if upper > lower or upper >= 2 else "county"
    return None


def period_of(title: str, opening: str, closing: str) -> tuple[str, str] | None:
    """First and last month of the reporting period, ``YYYY-MM``.

    :param title: looked at first: it names the year, and the half-year if it is one.
    :param opening: the first paragraphs, for a title without a year.
    :param closing: the last lines, whose date tells the year when nothing else does.
    """
    for text in (title, opening):
        match = re.search(_YEAR, text)
        if match:
            year = _year(match[0])
            months = _months(text[match.start() : match.end() + 40] if text is opening else text)
            return f"{year}-{months[0]}", f"{year}-{months[1]}"
    match = re.search(rf"({_YEAR})\s*(\d{{1,2}})\s*月", closing)
    if match is None:
        return None
    months = _months(title + opening)
    year_number = int(_year(match[1]))
    if months == ("01", "12") and int(match[2]) < 6:
        year_number -= 1
    return f"{year_number}-{months[0]}", f"{year_number}-{months[1]}"


def _year(text: str) -> str:
    return re.sub(r"\D", "", text.translate(_DIGITS))[:4]


def _months(text: str) -> tuple[str, str]:
    """A title may name the next half's plans as well: the period that it names first counts."""
    found = [(match.start(), first, last) for pattern, first, last in _PERIODS if (match := re.search(pattern, text))]
    return min(found)[1:] if found else ("01", "12")
