"""Metadata by rules: title, place, level, period, issuer, addressee, from a paper's first and last lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from baogao.choices import ReportingYear
from baogao.document.document import Document, Span
from baogao.document.sections import heading_level
from baogao.extraction import TextLink
from baogao.rules.rulebook import MetadataRules

# What places, offices and governments end in, the longer before the shorter.
_PLACE_END = "特别行政区|自治区|自治州|自治县|自治旗|地区|新区|开发区|街道|苏木|民族乡|省|市|州|盟|县|旗|区|镇|乡"
_OFFICE_END = "委员会办公室|委员会|管委会|办公室|管理局|分局|支队|大队|总队|中心|局|厅|委|办|院|所"
_GOVERNMENT = "人民政府(?:办公室|办公厅)?|行政公署|办事处|政府"
_YEAR = r"(?:\d{4}|[〇零○Ｏ一二三四五六七八九]{4}|[０-９]{4})\s*年度?"
# A title or signature from its beginning on: what may stand before the name, and the name.
_NAME = (
    rf"(?:关于)?(?:报送|印发|上报)?(?:{_YEAR})?(?:上半年|下半年|前三季度|第[一二三四]季度|\d+[-—－至~～]\d+月)?"
    rf"(?P<name>[一-鿿]{{1,24}}?(?:{_PLACE_END}|{_OFFICE_END}))"
)
_NEXT_WORDS = "在|坚持|以|认真|深入|各|紧"
# What must follow the name: without it a name would end at the first character that places end in.
_BEHIND_NAME = (
    rf"(?:{_GOVERNMENT})|关于|{_YEAR}|\d|上半年|下半年|年度|贯彻|落实|推进|工作|建设|的|全面|党政|{_NEXT_WORDS}|$"
)
ORGANISATION = re.compile(
    rf"(?:中共|中国共产党)?[一-鿿（）()]{{2,40}}?(?:人民政府(?:办公室|办公厅)?|行政公署|{_OFFICE_END}|县委|市委|区委|旗委|省委|办事处)"
)
"""An organisation that signs or is addressed, from its first character to its last."""
_PARTY = re.compile(r"^(关于)?中共[^委]{1,14}委(?:员会)?")
"""The party's committee before the government that reports with it: left out of the place."""
_LEVELS: tuple[tuple[str, str], ...] = (
    (rf"(?:{_OFFICE_END})$", "department"),
    ("(?:街道|镇|乡|苏木)(?:办事处)?$", "township"),
    ("(?:自治区|省|特别行政区)$", "province"),
    ("(?:自治州|州|盟|地区)$", "prefecture"),
    ("(?:县|旗|区)$", "county"),
)
"""What a name ends in, and the level that it has; the first that fits counts."""
_MET = re.compile(
    rf"(?:在|^)(?P<name>[一-鿿]{{1,24}}?(?:{_PLACE_END}))"
    rf"(?:第[一二三四五六七八九十\d]+届人民代表大会|人民代表大会|人民政府[^，。]{{0,6}}长)"
)
"""Where a report was given: before whose congress, or by the head of which government."""
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
_UPPER_CITY = re.compile(
    r"全市\D{0,4}\d*个?(?:县|区|旗)|各(?:县|旗)|县[（(](?:市|区|旗)|(?:市|区)?辖(?:区|县)|地级市|市[（(]?州|区县|旗县区|县区|市县两级|市、县|县[（(]区|各县|市直|县市区|居全省第|全省平均"
)
"""What only a city of a prefecture's rank has beneath it: counties and districts."""
_LOWER_CITY = re.compile(
    r"县级市|(?:各|个)(?:乡镇|镇街|镇乡|街镇|镇|乡|街道)|地级|全地区|全州各?县|撤县设市|全国县域|全省县域"
)
"""What a city of a county's rank has beneath it: towns."""
_DIGITS = str.maketrans("〇零○Ｏ一二三四五六七八九０１２３４５６７８９", "0000123456789" + "0123456789")
_PERIODS: tuple[tuple[str, str, str], ...] = (
    (r"上半年|半年度|[1１一]\s*[-—－–至到~～、]+\s*[6６六]\s*月|[1１]月[-—－–至到~～]+[6６]月", "01", "06"),
    (r"下半年|7\s*[-—－至]\s*12月", "07", "12"),
    (r"前三季度|1\s*[-—－–至到~～]+\s*9\s*月", "01", "09"),
    (r"(?:第)?一季度|1\s*[-—－–至到~～]+\s*3\s*月", "01", "03"),
)
"""How a part of the year is written, with its first and last month."""
_SAME_BREATH = 40  # characters behind a year of the body in which its part of the year is looked for


def place_name(text: str, about: re.Pattern[str] | None = None) -> str | None:
    """The place or office that a title or signature begins with, without “人民政府”; None when there is none.

    :param about: what such a report speaks of: its words may follow the name directly.
    """
    words = about.pattern if about else "(?!)"
    match = re.match(rf"{_NAME}(?={_BEHIND_NAME}|{words})", _PARTY.sub("", text))
    return match["name"] if match else None


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


def reporting_months(title: str, opening: str, closing: str, which: ReportingYear = "title") -> tuple[str, str] | None:
    """First and last month of the reporting period, ``YYYY-MM``.

    :param title: looked at first: it names the year, and the half-year if it is one.
    :param opening: the first paragraphs, for a title without a year.
    :param closing: the last lines, whose date tells the year when nothing else does.
    :param which: where the year is that of the title, or of the date below it, or the one before.
    """
    if which == "before_title":
        match = re.search(_YEAR, title) or re.search(_YEAR, opening)
        return (f"{int(_year(match[0])) - 1}-01", f"{int(_year(match[0])) - 1}-12") if match else None
    if match := re.search(_YEAR, title):
        year, months = _year(match[0]), _months(title)
    elif match := re.search(_YEAR, opening):
        year, months = _year(match[0]), _months(opening[match.start() : match.end() + _SAME_BREATH])
    elif match := re.search(rf"({_YEAR})\s*(\d{{1,2}})\s*月", closing):
        months = _months(title + opening)
        in_spring = months == ("01", "12") and int(match[2]) < 6
        year = str(int(_year(match[1])) - in_spring)
    else:
        return None
    return f"{year}-{months[0]}", f"{year}-{months[1]}"


def _year(text: str) -> str:
    return re.sub(r"\D", "", text.translate(_DIGITS))[:4]


def _months(text: str) -> tuple[str, str]:
    """A title may name the next half's plans as well: the period that it names first counts."""
    found = [(match.start(), first, last) for pattern, first, last in _PERIODS if (match := re.search(pattern, text))]
    return min(found)[1:] if found else ("01", "12")


# Where on the page things stand: set by hand on the development reports (docs/accuracy.md).
_HEAD_LINES = 14  # a title ends on one of them; above it stand the letterhead, or what a web page puts there
_TAIL_LINES = 8  # signature and date are among them
_TITLE_LINES = 4  # the most of one title
_LINE_LIMIT = 60  # characters: a longer line is a paragraph, not a part of a title
_SPACE = re.compile(r"\s+")
_DATE = re.compile(
    r"[（(]?\s{0,9}(?:\d{4}|[〇零○一二三四五六七八九]{4})\s{0,9}年\s{0,9}[\d一二三四五六七八九十]{1,3}\s{0,9}月\s{0,9}"
    r"(?:[\d一二三四五六七八九十]{1,3}\s{0,9}日)?\s{0,9}[）)]?"
)
"""A date that stands alone on its line, in brackets or not."""
_NOT_TITLE = re.compile(r"[。；;>]|[：:].|[：:]$|时间|来源|字体|浏览|门户网站|〔|\[\d{4}\]")
"""What no title has: the end of a sentence, an addressee's colon, the words of a web page, a document's number."""
_TITLE_GOES_ON = re.compile(r"(?:的|及|和|暨|与).{0,20}(?:报告|汇报|总结|安排|打算|计划)$")
_HEADINGS = {1, 2, 3}
"""Levels of what begins the body: 一、 （一） 1."""
_ADDRESSED = re.compile(
    r"(?:委|委员会|政府|公署|办公室|办公厅|常委会|人大|局|厅|办|政协|小组|处)(?:[（(].{1,12}[）)])?[：:]$"
)
"""How a line ends that addresses organisations."""
_NO_ADDRESSEE = re.compile(r"报告如下|汇报如下|[，。]|情况")
"""What shows that a line is a sentence of the body."""


class _Line(NamedTuple):
    span: Span
    text: str
    """Without any white space."""


@dataclass(frozen=True)
class _Frame:
    """The first and last lines of a report, and what is read off them."""

    document: Document
    title_rules: MetadataRules | None
    year: ReportingYear = "title"

    @cached_property
    def lines(self) -> list[_Line]:
        """The lines that are not empty, as printed and without white space."""
        found = []
        for start, end in self.document.main:
            for match in re.finditer(r"[^\r\n\f\v]+", self.document.text[start:end]):
                if text := "".join(match[0].split()):
                    begin = start + match.end() - len(match[0].lstrip())
                    found.append(_Line((begin, begin + len(match[0].strip())), text))
        return found

    @cached_property
    def title_range(self) -> tuple[int, int] | None:
        """First and last line (inclusive) of the title.

        A short next line is taken in that begins where the title cannot yet have ended (…情况 / 的报告).
        """
        rules = self.title_rules
        if rules is None or rules.about is None or rules.ends is None:
            return None
        head = self.lines[:_HEAD_LINES]
        for last, line in enumerate(head):
            if not _may_be_title(line.text):
                continue
            first = self._title_start(last, rules.ends)
            joined = "".join(one.text for one in head[first : last + 1])
            if rules.about.search(joined) and rules.ends.search(joined):
                following = self.lines[last + 1].text if last + 1 < len(self.lines) else ""
                return first, last + 1 if _TITLE_GOES_ON.match(following) else last
        return None

    def _title_start(self, last: int, ends: re.Pattern[str]) -> int:
        """Walk up over the lines that the last line of a title continues."""
        first = last
        while first > 0 and last - first < _TITLE_LINES - 1:
            above = self.lines[first - 1].text
            begins_about = any(line.text.startswith("关于") for line in self.lines[first : last + 1])
            own_line = bool(ORGANISATION.fullmatch(above)) and not begins_about
            if not _may_be_title(above) or own_line or ends.search(above) or _DATE.fullmatch(above):
                break
            first -= 1
        return first

    @cached_property
    def title(self) -> TextLink | None:
        """The title, joined over its lines."""
        first, last = self.title_range or (0, -1)
        lines = self.lines[first : last + 1]
        return TextLink("".join(line.text for line in lines), tuple(line.span for line in lines)) if lines else None

    @cached_property
    def body_start(self) -> int:
        """Index of the first line that is a sentence or a heading."""
        after_title = self.title_range[1] + 1 if self.title_range else 0
        for index in range(after_title, len(self.lines)):
            text = self.lines[index].text
            if "。" in text or heading_level(text) in _HEADINGS or _NO_ADDRESSEE.search(text):
                return index
        return after_title

    @cached_property
    def addressee(self) -> TextLink | None:
        """Whom the report is for: a line between title and body, without its colon."""
        after_title = self.title_range[1] + 1 if self.title_range else 0
        for line in self.lines[after_title : self.body_start]:
            if _ADDRESSED.search(line.text) and not _NO_ADDRESSEE.search(line.text):
                return TextLink(line.text[:-1], ((line.span[0], line.span[1] - 1),))
        return None

    @cached_property
    def issuer(self) -> TextLink | None:
        """Who signs the report; else who heads it, on lines of their own about the title; else whom its title names."""
        first, last = self.title_range or (0, -1)
        head = [line for at, line in enumerate(self.lines[: self.body_start]) if not first <= at <= last]
        found = self._signature() or [one for line in head for one in self._organisations(line)]
        if found:
            return TextLink("、".join(name for name, _ in found), tuple(dict.fromkeys(span for _, span in found)))
        named = re.match(rf"({ORGANISATION.pattern})关于", self.title.value) if self.title else None
        return TextLink(named[1], self.title.evidence[:1]) if self.title and named else None

    def _signature(self) -> list[tuple[str, Span]]:
        """The organisations printed above the date at the end, or on the last lines; a table may still follow."""
        begin = self.body_start + 1
        dates = [at for at in range(begin + 1, len(self.lines)) if _DATE.fullmatch(self.lines[at].text)]
        dated = [at for at in dates if self._organisations(self.lines[at - 1])]
        end = dated[-1] if dated else len(self.lines)
        tail = self.lines[max(begin, end - _TAIL_LINES) : end]
        found: list[tuple[str, Span]] = []
        for line in reversed(tail):
            names = self._organisations(line)
            if found and not names:
                break
            found = names + found
        return found

    def _organisations(self, line: _Line) -> list[tuple[str, Span]]:
        """The organisations of a line that holds nothing else (a date apart)."""
        rest = _DATE.sub("", self.document.slice(line.span))
        names = [
            _SPACE.sub("", part) for part in re.split(r"\s{2,}|　+|、|\s(?=[一-鿿]{4})", rest.strip()) if part.strip()
        ]
        whole = _SPACE.sub("", rest)
        if (ORGANISATION.fullmatch(whole) and len(whole) <= 2) or not names:
            return []
        if all(ORGANISATION.fullmatch(name) for name in names):
            return [(name, line.span) for name in names]
        return [(whole, line.span)] if ORGANISATION.fullmatch(whole) else []

    @cached_property
    def place(self) -> TextLink | None:
        """The place that title or issuer names; else the one that the body begins with, which is no evidence."""
        about = self.title_rules.about if self.title_rules else None
        for source in (self.title, self.issuer):
            for printed in reversed(source.value.split("、")) if source else ():
                name = place_name(printed, about)
                if source and name:
                    return TextLink(name, source.evidence)
        for line in self.lines[: self.body_start]:  # 在青河县第十八届人民代表大会…会议上; 青河县人民政府县长
            met = _MET.search(line.text)
            if met is not None:
                return TextLink(met["name"], (line.span,))
        body = self.lines[self.body_start :]
        opening = self.document.text[body[0].span[0] :][:80] if body else ""
        match = re.match(r"[^，。]{0,20}?[，,]", opening)
        name = place_name(opening[match.end() :] if match else opening, about)
        return TextLink(name) if name else None

    @cached_property
    def period(self) -> tuple[str, str] | None:
        """First and last month of the reporting period."""
        first = (self.title_range or (0, -1))[1] + 1 if self.year == "before_title" else self.body_start
        opening = "".join(line.text for line in self.lines[first:][:4])[:600]
        closing = "\n".join(line.text for line in self.lines[-_TAIL_LINES:])
        return reporting_months(self.title.value if self.title else "", opening, closing, self.year)

    def read(self, source: str) -> TextLink | None:
        """The piece of metadata that a rules file calls ``source``."""
        if source == "level":
            level = level_of(self.place.value, self.document.text) if self.place else None
            return TextLink(level) if level else None
        if source in ("period_start", "period_end"):
            return TextLink(self.period[source == "period_end"]) if self.period else None
        printed = {"title": self.title, "place": self.place, "issuer": self.issuer, "addressee": self.addressee}
        return printed[source]


def link_metadata(
    document: Document, rules: dict[str, MetadataRules], year: ReportingYear = "title"
) -> dict[str, TextLink]:
    """Read every piece of metadata that the rules name; what is not printed is left out.

    :param year: which year a report is about, by what it prints.
    """
    frame = _Frame(document, next((rule for rule in rules.values() if rule.source == "title"), None), year)
    found = {name: frame.read(rule.source) for name, rule in rules.items()}
    return {name: link for name, link in found.items() if link is not None}


def _may_be_title(line: str) -> bool:
    return len(line) <= _LINE_LIMIT and not _NOT_TITLE.search(line) and heading_level(line) not in _HEADINGS
