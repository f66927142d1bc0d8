"""Lines of pages put together into paragraphs."""

from __future__ import annotations

import pytest

from baogao.document.page_layout import Column
from baogao.document.page_lines import Line
from baogao.document.page_paragraphs import paragraphs_of_pages
from document.sheets import PROSE, both, drawn, lines, table, wrapped

COUNT = 34
"""Characters of a full line of these pages."""
BODY = [*wrapped(PROSE, COUNT, indent=2), *wrapped(PROSE, COUNT, indent=2)]


def read(*texts: str, **options: float) -> list[str]:
    """The paragraphs that are read of some lines behind a text whose paragraphs are indented."""
    return drawn(lines([*BODY, *texts], **options)).text.split("\n")[2:]


def cut(text: str, room: float, following: str) -> list[str]:
    """A paragraph of two lines whose first leaves so much room, in characters, because the second did not fit on it."""
    start = "　　" + (text * COUNT)[: COUNT - 2 - round(room)]
    return [start, following]


@pytest.mark.parametrize(
    "following",
    [
        "庭，128次均由负责人到场。",
        "个，2022年新增34个。",
        "项、389项均已办结。",
        "元、1,180万元已经发放。",
        "次，12.5万人到场。",
        "名；2019年为156名。",
        "培“明白人”216名。",
        "行“到户收购”，农民满意。",
        "业“一业一查”覆盖面达94.4%。",
        "户”2023年认定315户。",
        "月、“4·15”等节点宣传24场。",
        "次.“八五”以来录制98部。",
    ],
)
def test_lines_that_were_broken_before_a_mark_or_a_quotation(following):
    """Some programs break no line beside a quotation mark or between a mark and a figure: the line before is full."""
    room = 2 if "“" in following[:2] or "”" in following[:2] else 3
    first, second = cut("全年收购粮食按时入库并及时兑付粮款", room, following)
    assert read(first, second, *BODY[:4]) == [first.strip("　") + second, PROSE]


@pytest.mark.parametrize(
    "following",
    ["二，充实基层队伍12人。", "一，改造旧仓30座。", "三、四批已经完成。", "十，共计12项。", "五、六批在建。"],
)
def test_an_ordinal_that_a_line_broke(following):
    """第 at the end of a line goes on in the next, which begins with no heading."""
    first, second = cut("全年收购粮食按时入库，及时兑付粮款", 0, following)
    first = first[:-1] + "第"
    assert read(first, second) == [first.strip("　") + second]


@pytest.mark.parametrize(
    "following",
    ["5、责令履行3）；驳回16件。", "七，漏水类占两成。", "12、驳回3件。", "2.4万元、3.2万元。", "三、四成。"],
)
def test_a_number_inside_a_sentence_is_no_heading(following):
    """A number at the beginning of a line that is not indented, behind a full line of an open sentence, is a part."""
    first = "　　" + "全年收购粮食，按时入库（其中撤销6、确认违法" + "粮" * 30
    first = first[:COUNT]
    assert read(first, following) == [first.strip("　") + following]


@pytest.mark.parametrize(
    "following", ["二、存在的问题", "（二）收储", "2.收储", "【收储】", "（3）收储有序", "第二章　收储"]
)
def test_a_heading_behind_an_ended_sentence(following):
    """A heading that is not indented begins a paragraph behind a line that ends a sentence at the margin."""
    first = "　　" + "粮食，" * 10 + "。"
    first = first[:2] + first[2:].rjust(COUNT - 2, "粮")
    assert read(first, following)[1:] == [following]


@pytest.mark.parametrize(
    "entries",
    [
        ["—收到186件/受理171件/审结159件/结转下年12件", "—2022年收到：142件", "—按期审结率：100%"],
        ["——补人。考招8名", "——练卷。每季度讲一次"],
        ["●报送：15个，市级采用3个", "【应急】", "●演练12次"],
        ["●报送：15个", "●采用：3个，比上年多1个"],
        ["–2022年：142件", "–2023年：186件"],
    ],
)
def test_short_entries_with_dashes_stay_apart(entries):
    """Each of them is a paragraph, figures behind the mark or not."""
    assert drawn(lines(entries)).text.split("\n") == entries


@pytest.mark.parametrize("second", ["结报告", "告", "的总结报告", "情况的报告"])
def test_a_title_of_text_size_goes_on_in_the_middle(second):
    """A title whose first line is full and whose second stands in the middle is one."""
    first = "云岭县粮食局关于云岭县二〇二三年度粮食收购储备和流通监督检查等工作"
    left = 72 + 12 * (COUNT - len(second)) / 2
    page = both(lines([first], x=78, y=800), lines([second], x=left, y=780), lines(BODY, y=740))
    assert drawn(page).text.split("\n") == [first + second, PROSE, PROSE]


@pytest.mark.parametrize(
    "second",
    [
        "云岭县粮食局",
        "云岭县人民政府",
        "云岭县粮食局办公室",
        "（2024年1月15日）",
        "2024年1月15日",
        "云粮发〔2024〕3号：",
        "县人民政府：",
    ],
)
def test_what_stands_below_a_title_is_no_part_of_it(second):
    """A date, a number and whom it is sent to are lines of their own."""
    first = "云岭县粮食局关于云岭县二〇二三年度粮食收购储备和流通监督检查的报告"
    page = both(lines([first], x=78, y=800), lines([second], x=220, y=780), lines(BODY, y=740))
    assert drawn(page).text.split("\n")[0] == first


@pytest.mark.parametrize(
    ("signed", "date"),
    [
        ("云岭县粮食局", "2024年1月15日"),
        ("云岭县粮食局", "二〇二四年一月十五日"),
        ("云岭县粮食和物资储备局", "2024年1月15日"),
        ("云岭县粮食局", "2024 年 1 月 15 日"),
    ],
)
@pytest.mark.parametrize("where", ["page", "next", "parted"])
def test_who_signs_and_when(signed, date, where):
    """They are two lines to the right, on the page of the text, on the next, or one on either."""
    right = 72 + 12 * COUNT
    below = [lines([text], x=right - 12 * len(text.replace(" ", "")), y=y) for text, y in ((signed, 300), (date, 280))]
    pages = {
        "page": [both(lines(BODY), *below)],
        "next": [lines(BODY), both(*below)],
        "parted": [both(lines(BODY), below[0]), below[1]],
    }[where]
    assert drawn(*pages).text.replace(" ", "").split("\n") == [PROSE, PROSE, signed, date.replace(" ", "")]


@pytest.mark.parametrize("second", ["另检查粮站34座，均已整改", "其中约谈企业97家，立案2件", "群众满意"])
def test_a_paragraph_without_an_end_that_fills_its_line(second):
    """The next one is told by its indented first line."""
    first = "　　发现问题三十三处，" + "粮" * (COUNT - 11)
    assert read(first, *wrapped(second + "粮" * 40 + "。", COUNT, indent=2)) == [
        first.strip("　"),
        second + "粮" * 40 + "。",
    ]


def test_a_paragraph_that_is_indented_as_a_whole():
    """All its lines are one paragraph, though each is indented."""
    text = "收储情况良好，" * 12 + "共计128件。"
    inner = ["　　" + line for line in wrapped(text, COUNT - 2)]
    assert read(*inner, *BODY[:4]) == [text, PROSE]


@pytest.mark.parametrize("rest", ["室", "公室", "办公室", "委员会办公室"])
def test_a_long_name_that_signs(rest):
    """A name that fills its line and goes on to the right stands apart from a text that ends at the margin."""
    name = "云岭县粮食流通体制改革和粮食安全责任制考核工作领导小组委员会办公室"
    name = name.removesuffix(rest)
    name = "云岭县" + "和" * (COUNT - len(name)) + name[3:]
    ended = "　　" + "粮食，" * 10 + "。。"
    page = both(
        lines([*BODY, ended[: COUNT - 1] + "。"]),
        lines([name], y=760 - 20 * (len(BODY) + 1)),
        lines([rest], x=72 + 12 * (COUNT - len(rest)), y=760 - 20 * (len(BODY) + 2)),
        lines(["2024年1月15日"], x=72 + 12 * (COUNT - 9), y=760 - 20 * (len(BODY) + 3)),
    )
    assert drawn(page).text.split("\n")[3] == (name + rest if len(rest) <= 4 else name)


def test_two_names_that_sign_are_parted():
    """Wide room between two names on one line stays a wide blank, as between words that a text parts."""
    page = both(lines(BODY), lines(["云岭县粮食局"], x=200, y=300), lines(["云岭县财政局"], x=300, y=300))
    assert drawn(page).text.split("\n")[-1] == "云岭县粮食局\u3000云岭县财政局"


@pytest.mark.parametrize(
    "line",
    ["援助案件 241 件,公证处受理公证", "案件 47 起，行政拘留 19 人。印发", "纠纷 2,208 件；调解成功 97 件 次"],
)
def test_prose_with_blanks_is_no_row(line):
    """Blanks beside figures make no cells where a sentence has its marks."""
    texts = ["粮" * 20] * 4 + [line, "409件办结"]
    column = [
        Line(text, 72.0, 312.0 if number < 5 else 130.0, 20.0 * number, 12.0) for number, text in enumerate(texts)
    ]
    printed = paragraphs_of_pages([[Column([*column])]], [(0.0, 384.0)])
    assert printed.text.split("\n")[-1].endswith(f"{line}409件办结")


@pytest.mark.parametrize("row", ["12345工单 件 39,802 42,317", "其中：维持 件 51 44", "检查 128 97"])
def test_a_row_with_blanks_stays_a_row(row):
    """Cells with blanks between them are a line of their own."""
    texts = ["粮" * 20] * 4 + [row, row]
    column = [Line(text, 72.0, 312.0, 20.0 * number, 12.0) for number, text in enumerate(texts)]
    printed = paragraphs_of_pages([[Column([*column])]], [(0.0, 384.0)])
    assert printed.text.split("\n")[-2:] == [row, row]


# Tables over the end of a page

HEAD = ["年度", "收到", "撤销、变更、/确认违法、责令", "其他"]
WIDTHS = [60, 60, 90, 60]


@pytest.mark.parametrize("rest", [["", "", "履行", ""], ["", "", "履行义务/等", ""]])
def test_a_row_that_goes_on_over_the_page(rest):
    """What did not fit on the page of a row belongs to it."""
    upper = table([HEAD], WIDTHS, y=120)
    lower = table([rest, ["2023年", "128", "97", "6"]], WIDTHS, y=780)
    words = "撤销、变更、确认违法、责令" + rest[2].replace("/", "")
    first = drawn(both(lines(BODY), upper), lower).text.split("\n")[2:]
    assert [line.replace(" ", "") for line in first] == [f"年度\t收到\t{words}\t其他", "2023年\t128\t97\t6"]


@pytest.mark.parametrize(
    "row", [["", "128", "", ""], ["", "检查", "", ""], ["合计", "", "检查", ""], ["", "", "9", ""]]
)
def test_a_row_of_its_own_on_the_next_page(row):
    """A figure, or words below a cell that had room, are a row of their own."""
    upper = table([["年度", "收到", "撤销", "其他"]], [120, 120, 120, 60], y=120)
    read_rows = drawn(both(lines(BODY), upper), table([row, ["2", "3", "4", "5"]], [120, 120, 120, 60], y=780))
    assert read_rows.text.split("\n")[2:] == ["年度\t收到\t撤销\t其他", "\t".join(row), "2\t3\t4\t5"]
