"""The table over all reports in a real browser."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from urllib.parse import unquote

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from baogao.outputs.matrix import write_matrix
from baogao.schema.values import Reviewed, TextAnswer
from browser import browser_of_file, needs_browser, serious_faults, set_scheme, set_width
from outputs.conftest import PLAIN_TEXT

browser = browser_of_file
pytestmark = needs_browser
FIELD = "case_files_reviewed"
DRILLS = "应急演练场次"


def report_of(plain, place, year, value, **more):
    """A report of a place on a year, on the text of the plain one."""
    said = {"jurisdiction": place, "period_start": f"{year}-01", "period_end": f"{year}-12"} | more
    answer = plain.fields[FIELD].model_copy(update={"value": Decimal(value)})
    metadata = plain.metadata | {name: TextAnswer(value=words) for name, words in said.items()}
    fields = plain.fields | {FIELD: answer}
    return plain.model_copy(update={"doc_id": f"{place}-{year}", "metadata": metadata, "fields": fields})


@pytest.fixture(scope="module")
def address(plain, hostile, failed, queued, schema, texts, tmp_path_factory):
    """The table over ordinary reports of two places, a hostile one, one with an answer held back, one that failed."""
    years = [report_of(plain, "青禾县", year, value) for year, value in ((2021, 100), (2022, 135), (2023, 1350))]
    other = report_of(plain, "石榆区", 2023, 90, level="district")
    said = Reviewed(who="李敏", at="2026-11-27T08:00:00+00:00", act="correct", comment="按表")
    exam = other.fields["emergency_drills"].model_copy(update={"reviewed": said, "by": "person", "confidence": None})
    other = other.model_copy(update={"fields": other.fields | {"emergency_drills": exam}, "checks": []})
    records = [*years, other, hostile, failed, queued]
    path = tmp_path_factory.mktemp("matrix") / "matrix.html"
    write_matrix(records, schema, path, texts | {one.doc_id: PLAIN_TEXT for one in (*years, other)})
    (path.parent / "index.html").write_text("<title>page</title>", encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    """The table, freshly opened in a wide window; no test may leave an error in the console."""
    set_width(browser, 1400)
    browser.get("about:blank")
    browser.get(address)
    yield browser
    assert browser.get_log("browser") == []


def rows(page):
    """The ids of the reports, or what is said of the places, in their order."""
    return page.execute_script("return [...document.querySelectorAll('tbody th .s')].map((one) => one.innerText)")


def heads(page):
    """The labels of the columns."""
    return page.execute_script("return [...document.querySelectorAll('thead .label')].map((one) => one.textContent)")


def column(page, words):
    """The number of the column with a label."""
    return heads(page).index(words)


def cell(page, row, words):
    """The cell of a row, in the column with a label."""
    return page.find_element(By.ID, f"cell-{row}-{column(page, words)}")


def keys(page, *pressed):
    """Press keys in the grid."""
    page.execute_script("document.getElementById('grid').focus()")
    ActionChains(page).send_keys(*pressed).perform()


def tap(page, name):
    """Click an element at once: another width has the table drawn again at any moment."""
    page.execute_script("document.getElementById(arguments[0]).click()", name)


def panel(page):
    """The panel's text; empty where it is closed."""
    return page.find_element(By.ID, "panel").text


def active(page):
    """The id of the cell where one is, as it is told to a screen reader, and what it is called."""
    name = page.find_element(By.ID, "grid").get_attribute("aria-activedescendant")
    return name, page.find_element(By.ID, name).get_attribute("aria-label")


def test_a_row_a_report(page):
    """With its place, year and level; values with their bounds, a stated none in words, silence as nothing."""
    assert rows(page) == ["青禾县-2021", "青禾县-2022", "青禾县-2023", "石榆区-2023", "=cmd|<b>", "broken", "queued"]
    assert heads(page)[:4] == ["Report", "Place", "Period", "Level"]
    page.find_element(By.ID, "find-fields").send_keys("案卷评查")
    assert cell(page, 0, "执法案卷评查数").text == "!\n≈100"
    assert [page.find_element(By.ID, f"cell-3-{at}").text for at in (1, 2, 3)] == ["石榆区", "2023", "district"]
    page.find_element(By.ID, "find-fields").clear()
    page.find_element(By.ID, "find-fields").send_keys("行政复议受理")
    assert cell(page, 0, "行政复议受理数").text == "无"
    assert cell(page, 4, "行政复议受理数").text == ""
    assert page.find_element(By.ID, "cell-5-1").text == "failed: the file is empty"
    assert page.execute_script("return typeof window.hacked") == "undefined"


def test_sorting(page):
    """A click on the head: the largest first, then the smallest, then as they were; blank ones always last."""
    page.find_element(By.ID, "find-fields").send_keys("案卷评查")
    for order, first in (("descending", "青禾县-2023"), ("ascending", "=cmd|<b>"), ("none", "青禾县-2021")):
        head = page.find_element(By.ID, f"cell--1-{column(page, '执法案卷评查数')}")
        head.click()
        head = page.find_element(By.ID, f"cell--1-{column(page, '执法案卷评查数')}")
        assert (head.get_attribute("aria-sort"), rows(page)[0]) == (order, first)
        assert order == "none" or rows(page)[-1] == "broken"


SHOWN = [
    ("state", "3", ["queued"]),
    ("state", "failed", ["broken"]),
    ("level", "district", ["石榆区-2023"]),
    ("year", "2022", ["青禾县-2022"]),
    ("only-failing", None, ["青禾县-2021", "青禾县-2022", "青禾县-2023"]),
    ("only-outliers", None, ["青禾县-2023"]),
    ("only-look", None, ["青禾县-2021", "青禾县-2022", "青禾县-2023", "石榆区-2023", "queued"]),
    ("only-reviewed", None, ["石榆区-2023"]),
]
"""What is chosen in a select, or a button that is pressed; and the reports that are left."""


def test_filters(page):
    """By state, level, year; only what is to be looked at, failing, outlying, seen by a person."""
    for control, value, left in SHOWN:
        element = page.find_element(By.ID, control)
        choose = element.click if value is None else partial(Select(element).select_by_value, value)
        choose()
        assert rows(page) == left, (control, value)
        assert page.find_element(By.ID, "told").text == f"{len(left)} of 7 reports"
        element.click() if value is None else Select(element).select_by_value("")
        assert len(rows(page)) == 7


def test_words_and_groups(page):
    """Words choose reports, and others fields; a group leaves its own columns."""
    page.find_element(By.ID, "find").send_keys("石榆")
    assert rows(page) == ["石榆区-2023"]
    Select(page.find_element(By.ID, "group")).select_by_visible_text("行政执法")
    assert "执法案卷评查数" in heads(page)
    assert "12345热线满意率" not in heads(page)
    page.find_element(By.ID, "find").send_keys("没有")
    assert page.find_element(By.CSS_SELECTOR, ".nothing").text == "No report matches the filter."


def test_by_keyboard(page):
    """Arrows move, Enter shows the cell and then opens the report there; / goes to the filter."""
    at = column(page, "执法案卷评查数")
    keys(page, *[Keys.ARROW_RIGHT] * at, Keys.ARROW_DOWN)
    assert active(page) == (f"cell-1-{at}", "执法案卷评查数, about 约 135 卷, reported, confidence 90%, a check fails")
    assert page.find_element(By.ID, f"cell-1-{at}").is_displayed()
    keys(page, Keys.ENTER)
    for words in ("135", "全年评查案卷约135卷", "A check fails: 135 < 140", "by rules", "90%"):
        assert words in panel(page)
    assert page.find_element(By.CSS_SELECTOR, "#panel blockquote mark").text == "约135卷"
    keys(page, Keys.ARROW_DOWN)
    assert "1,350 is 10 times last year's 135" in panel(page)
    keys(page, Keys.ESCAPE, "/", "石")
    assert (panel(page), rows(page)) == ("", ["石榆区-2023"])
    keys(page, Keys.ARROW_UP, Keys.ARROW_UP, Keys.HOME, Keys.ENTER)
    assert page.find_element(By.ID, "cell--1-0").get_attribute("aria-sort") == "ascending"
    keys(page, Keys.ARROW_DOWN, *[Keys.ARROW_RIGHT] * at, Keys.ENTER, Keys.ENTER)
    assert unquote(page.current_url).endswith(f"index.html#石榆区-2023&{FIELD}")


def test_what_a_person_said(page):
    """Who, what, and the comment."""
    page.find_element(By.ID, "find-fields").send_keys("演练")
    cell(page, 3, DRILLS).click()
    assert "李敏: corrected, 2026-11-27\n按表" in panel(page)
    assert "by person" in panel(page)


def test_over_the_years(page):
    """A row a place with several years: the last figure, and how it changed; the panel has all of them."""
    page.find_element(By.ID, "view-years").click()
    page.find_element(By.ID, "find-fields").send_keys("案卷评查")
    assert rows(page) == ["2021 to 2023, 3 reports"]
    series = cell(page, 0, "执法案卷评查数")
    assert series.text.split("\n")[-2:] == ["≈1,350", "≈ +900%"]
    assert series.find_elements(By.CSS_SELECTOR, "svg path")
    series.click()
    for words in ("2021 ≈100", "2022 ≈135 ≈ +35%", "2023 ≈1,350"):
        assert words in panel(page).replace("\n", " ")
    link = page.find_element(By.LINK_TEXT, "≈135")
    assert unquote(link.get_attribute("href")).endswith(f"index.html#青禾县-2022&{FIELD}")


def test_the_list_of_outliers(page):
    """Each with what it is compared with; a click leads to its cell."""
    page.find_element(By.ID, "only-outliers").click()
    found = page.find_element(By.CSS_SELECTOR, "#panel .found button")
    assert found.text.split("\n") == ["执法案卷评查数", "1,350 is 10 times last year's 135", "青禾县 · 2023"]
    found.click()
    assert active(page)[1].endswith("a check fails, outlier")


def test_totals(page):
    """Of the reports that are shown; bounds are not added up, rates never."""
    page.find_element(By.ID, "find-fields").send_keys("演练")
    at = column(page, DRILLS)
    lines = page.find_elements(By.CSS_SELECTOR, "tfoot tr")
    assert [line.find_elements(By.CSS_SELECTOR, "th, td")[at].text for line in lines] == ["4", "20", "5", "5", "5"]
    page.find_element(By.ID, "totals").click()
    assert page.find_elements(By.CSS_SELECTOR, "tfoot tr") == []


def test_an_address_leads_to_a_cell(page, address):
    """As it does on the page."""
    page.get("about:blank")
    page.get(f"{address}#queued&entities_inspected")
    assert "Held back: less sure than 0.50" in panel(page)


def test_on_a_phone(page):
    """Nothing is wider than the screen; filters are behind a button; a tap shows the cell below."""
    set_width(page, 380)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 380
    assert not page.find_element(By.ID, "state").is_displayed()
    page.find_element(By.ID, "filters").click()
    Select(page.find_element(By.ID, "state")).select_by_value("3")
    page.find_element(By.ID, "filters").click()
    assert rows(page) == ["queued"]
    tap(page, "cell-0-0")
    box = page.find_element(By.ID, "panel").rect
    assert (box["width"], box["y"] > 300) == (380, True)


def test_in_chinese(page):
    """The switch draws everything again, with the same filters."""
    page.find_element(By.ID, "find").send_keys("石榆")
    page.find_element(By.CSS_SELECTOR, ".languages [value=zh]").click()
    assert rows(page) == ["石榆区-2023"]
    assert page.find_element(By.ID, "find").get_attribute("value") == "石榆"
    page.find_element(By.CSS_SELECTOR, ".languages [value=en]").click()


def test_many_reports(browser, plain, schema, tmp_path):
    """Only rows in view are built, and the last one is a key away."""
    records = (report_of(plain, f"第{number}县", 2023, number + 1) for number in range(400))
    write_matrix(records, schema, tmp_path / "matrix.html", {})
    set_width(browser, 1400)
    browser.get((tmp_path / "matrix.html").as_uri())
    assert len(browser.find_elements(By.CSS_SELECTOR, "tbody tr")) < 60
    browser.execute_script("document.getElementById('grid').focus()")
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.END).key_up(Keys.CONTROL).perform()
    assert active(browser)[0].startswith("cell-399-")
    assert rows(browser)[-1] == "第399县-2023"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 380)])
def test_nothing_is_hard_to_use(page, scheme, width):
    """axe-core finds no serious fault, with the panel open."""
    set_scheme(page, scheme)
    set_width(page, width)
    tap(page, "cell-0-0")
    assert serious_faults(page) == []
    set_scheme(page, "light")
