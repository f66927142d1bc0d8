"""The review page in a real browser."""

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from baogao.language import use
from baogao.outputs.page import write_page
from browser import browser_of_file, needs_browser, serious_faults, set_scheme, set_width

pytestmark = needs_browser
browser = browser_of_file


@pytest.fixture(scope="module")
def address(plain, hostile, failed, texts, schema, tmp_path_factory):
    """The page of an ordinary, a hostile and a failed report."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    write_page([plain, hostile, failed], texts, schema, path)
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    """The page, freshly opened in a wide window; no test may leave an error in the console."""
    set_width(browser, 1400)
    browser.get("about:blank")
    browser.get(address)
    yield browser
    assert browser.get_log("browser") == []


def mark(page, characters):
    """The highlighted piece with these characters."""
    return next(one for one in page.find_elements(By.CSS_SELECTOR, ".text mark") if one.text == characters)


def row(page, key):
    """The row of a field."""
    return page.find_element(By.CSS_SELECTOR, f'#answers [data-key="{key}"]')


def selected(page):
    """The keys of the rows that are selected."""
    return [
        one.get_attribute("data-key") for one in page.find_elements(By.CSS_SELECTOR, "#answers [aria-current=true]")
    ]


def lit(page):
    """The pieces that are lit up."""
    return [one.text for one in page.find_elements(By.CSS_SELECTOR, ".text mark.on")]


def press(page, key):
    """Press a key outside of any input."""
    page.find_element(By.TAG_NAME, "body").send_keys(key)


def in_view(page, element):
    """True when the element is inside the window."""
    script = (
        "const r = arguments[0].getBoundingClientRect(); return r.height > 0 && r.top >= 0 && r.bottom <= innerHeight"
    )
    return page.execute_script(script, element)


def shown_figures(page):
    """The keys of the figures that pass the filter."""
    rows = page.find_elements(By.CSS_SELECTOR, ".group.figures .row")
    return [one.get_attribute("data-key") for one in rows if one.is_displayed()]


def queue(page):
    """The keys of the fields that are shown in the queue, in its order."""
    rows = page.find_elements(By.CSS_SELECTOR, ".group.queue .entry > .row.head")
    return [one.get_attribute("data-key") for one in rows if one.is_displayed()]


def in_queue(page, key):
    """A field's row in the queue, or that of a proposal for it."""
    return page.find_element(By.CSS_SELECTOR, f'.queue [data-key="{key}"]')


def open_queue(browser, record, texts, schema, tmp_path):
    """The page of one report with the filter “to look at”."""
    path = tmp_path / "queue.html"
    write_page([record], texts, schema, path)
    set_width(browser, 1400)
    browser.get(path.as_uri())
    Select(browser.find_element(By.ID, "state")).select_by_visible_text("to look at")


def test_every_state_is_shown_as_such(page):
    """A figure has its bound in words and its source; none and silence are not numbers."""
    assert row(page, "case_files_reviewed").text.split("\n")[:2] == ["执法案卷评查数", "≈ 135卷"]
    assert "reported, about 约" in row(page, "case_files_reviewed").text
    assert "rules+llm" in row(page, "entities_inspected").text
    assert row(page, "reconsideration_accepted").text.startswith("行政复议受理数\n无\nnone stated")
    assert row(page, "exam_passed").text == "执法资格考试通过人数\nnot reported 未提及"
    assert "to look at" in row(page, "hotline_satisfaction_rate").text
    assert "31%" in row(page, "hotline_satisfaction_rate").text


def test_a_click_on_a_place_selects_its_field(page):
    """From the text to the field."""
    mark(page, "约135卷").click()
    assert selected(page) == ["case_files_reviewed"]
    WebDriverWait(page, 5).until(lambda _: in_view(page, row(page, "case_files_reviewed")))


def test_a_click_on_a_field_shows_its_places(page):
    """From the field to the text, all parts of a sum at once."""
    row(page, "emergency_drills").click()
    assert lit(page) == ["2场", "3场"]
    WebDriverWait(page, 5).until(lambda _: in_view(page, mark(page, "2场")))
    assert "flash" in mark(page, "2场").get_attribute("class")
    row(page, "emergency_drills").click()
    assert "flash" in mark(page, "3场").get_attribute("class")


def test_a_second_click_goes_to_what_lies_beneath(page):
    """The jurisdiction's name stands inside of the title."""
    mark(page, "青禾县").click()
    assert selected(page) == ["jurisdiction"]
    mark(page, "青禾县").click()
    assert selected(page) == ["title"]


def test_j_and_k_walk_through_the_figures(page):
    """In the order of the text, round and round."""
    press(page, "j")
    assert selected(page) == ["case_files_reviewed"]
    press(page, "j")
    assert selected(page) == ["entities_inspected"]
    press(page, "k")
    press(page, "k")
    assert selected(page) == ["emergency_drills"]


def test_filters(page):
    """By label, by state, and the switch; j walks only through what is left."""
    page.find_element(By.ID, "filter").send_keys("行政复议受理")
    assert shown_figures(page) == ["reconsideration_accepted"]
    page.find_element(By.ID, "filter").clear()
    page.find_element(By.CSS_SELECTOR, ".switch").click()
    assert len(shown_figures(page)) == 5
    Select(page.find_element(By.ID, "state")).select_by_value("review")
    assert (shown_figures(page), queue(page)) == ([], ["hotline_satisfaction_rate"])
    press(page, "j")
    assert selected(page) == ["hotline_satisfaction_rate"]


def test_a_failing_check_leads_to_its_field(page):
    """The message is shown at the top, and the check that holds is not."""
    box = page.find_element(By.CSS_SELECTOR, ".checks")
    assert box.text == "1 of 2 checks did not hold\n135 < 140"
    box.find_element(By.TAG_NAME, "button").click()
    assert selected(page) == ["case_files_reviewed"]


def test_hostile_text_stays_text(page):
    """A report full of markup is shown letter by letter, and none of it runs."""
    page.find_elements(By.CSS_SELECTOR, "#reports button")[1].click()
    assert "<script>window.hacked=1</script></script><img src=x" in page.find_element(By.CSS_SELECTOR, ".text").text
    assert lit(page) == []
    mark(page, "7卷&amp;<!--").click()
    assert selected(page) == ["case_files_reviewed"]
    assert page.execute_script("return typeof window.hacked") == "undefined"
    assert page.find_elements(By.CSS_SELECTOR, "img, svg") == []


def test_a_failed_document_says_why(page):
    """It stands in the list and has a page of its own."""
    entry = page.find_elements(By.CSS_SELECTOR, "#reports button")[2]
    assert "failed: the file is empty" in entry.text
    entry.click()
    assert page.find_element(By.CSS_SELECTOR, ".lost").text == "This document failed\nthe file is empty"


def test_an_address_leads_to_a_figure(page, address):
    """A link can point at one figure of one report."""
    row(page, "entities_inspected").click()
    kept = page.current_url
    page.get("about:blank")
    page.get(kept)
    assert (kept.startswith(address), selected(page), lit(page)) == (True, ["entities_inspected"], ["2600余户"])


def test_a_phone_shows_one_pane_at_a_time(page):
    """Tabs instead of columns, nothing wider than the screen; a tap on a figure shows it beside its text."""
    set_width(page, 380)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 380
    assert not page.find_element(By.ID, "fields").is_displayed()
    mark(page, "约135卷").click()
    assert "≈ 135卷" in page.find_element(By.ID, "peek").text
    page.find_element(By.CSS_SELECTOR, '.tabs [data-tab="fields"]').click()
    assert not page.find_element(By.ID, "sheet").is_displayed()
    row(page, "entities_inspected").click()
    assert page.find_element(By.ID, "sheet").is_displayed()
    assert lit(page) == ["2600余户"]


def test_many_reports(browser, plain, texts, schema, tmp_path):
    """Three hundred reports open as one does, and only the open one is in the document."""
    records = [plain.model_copy(update={"doc_id": f"report-{number}"}) for number in range(300)]
    write_page(records, {item.doc_id: texts[plain.doc_id] for item in records}, schema, tmp_path / "index.html")
    set_width(browser, 1400)
    browser.get((tmp_path / "index.html").as_uri())
    assert len(browser.find_elements(By.CSS_SELECTOR, "#reports li")) == 300
    assert len(browser.find_elements(By.CSS_SELECTOR, ".report")) == 1
    browser.find_element(By.ID, "find").send_keys("report-299")
    left = [item for item in browser.find_elements(By.CSS_SELECTOR, "#reports button") if item.is_displayed()]
    left[0].click()
    assert browser.find_element(By.CSS_SELECTOR, ".about b").text == "report-299"


def test_what_is_held_back(browser, queued, texts, schema, tmp_path):
    """It stands in its row with the reason, is marked in the text, and is found under “to look at”."""
    open_queue(browser, queued, texts, schema, tmp_path)
    assert queue(browser) == ["entities_inspected"]
    assert "held back: less sure than 0.50" in in_queue(browser, "entities_inspected").text
    Select(browser.find_element(By.ID, "state")).select_by_value("")
    assert queue(browser) == []
    held = row(browser, "entities_inspected")
    for words in ("2,600", "held back", "less sure than 0.50", "41%"):
        assert words in held.text
    held.click()
    assert lit(browser) == ["2600余户"]
    assert browser.get_log("browser") == []


def test_the_queue_is_shown_most_valuable_first(browser, disputed, texts, schema, tmp_path):
    """Every field that is to be looked at, of whatever kind, with all that is proposed for it, and nothing else."""
    open_queue(browser, disputed, texts, schema, tmp_path)
    assert queue(browser) == [review.field for review in disputed.review]
    assert shown_figures(browser) == []
    assert not row(browser, "title").is_displayed()
    rate = in_queue(browser, "hotline_satisfaction_rate").find_element(By.XPATH, "..").text
    for words in (
        "12345热线满意率",
        "30% likely wrong",
        "readers differ",
        "llm",
        "98.5%",
        "70%",
        "rules",
        "约135卷",
        "……98.5%……",
    ):
        assert words in rate
    assert in_queue(browser, "hotline_satisfaction_rate~0").text.startswith("llmgiven")
    assert "given" not in in_queue(browser, "hotline_satisfaction_rate~1").text
    assert in_queue(browser, "level~1").text.split("\n") == ["llm", "city"]
    assert in_queue(browser, "problems~0").text.split("\n")[1:] == ["2 entries", "1. 力量 不足", "2. 质量不高"]
    disputed_words = [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".queue .disputed")]
    assert disputed_words == ["2. 质量不高"]
    browser.find_element(By.ID, "filter").send_keys("rules")
    assert "entities_inspected" not in queue(browser)
    assert browser.get_log("browser") == []


def test_a_proposal_shows_its_place(browser, disputed, texts, schema, tmp_path):
    """A click on a proposal lights its place, on the field what is given, on a list all its entries."""
    open_queue(browser, disputed, texts, schema, tmp_path)
    clicks = {
        "hotline_satisfaction_rate~1": ["约135卷"],
        "hotline_satisfaction_rate": ["98.5%"],
        "exam_passed": ["3场"],
        "exam_passed~0": ["3场"],
        "level~1": ["青禾县"],
        "problems~1": ["力量", "不足"],
        "problems": ["力量", "不足", "质量不高"],
    }
    for key, words in clicks.items():
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", in_queue(browser, key))
        in_queue(browser, key).click()
        assert (key, lit(browser), selected(browser)) == (key, words, [key])
    assert browser.get_log("browser") == []


def test_a_place_that_is_only_proposed_leads_to_the_queue(browser, disputed, texts, schema, tmp_path):
    """It is marked in the text whatever is filtered, and a click on it shows who proposes it for what."""
    open_queue(browser, disputed, texts, schema, tmp_path)
    Select(browser.find_element(By.ID, "state")).select_by_value("")
    mark(browser, "3场").click()
    assert selected(browser) == ["exam_passed~0"]
    assert in_queue(browser, "exam_passed~0").is_displayed()
    mark(browser, "约135卷").click()
    assert selected(browser) == ["case_files_reviewed"], "what the record gives comes first"
    mark(browser, "约135卷").click()
    assert selected(browser) == ["hotline_satisfaction_rate~1"]


def test_j_and_k_walk_through_the_queue(browser, disputed, texts, schema, tmp_path):
    """While it is shown: from the most valuable on, and from a proposal to the next field."""
    open_queue(browser, disputed, texts, schema, tmp_path)
    press(browser, "j")
    press(browser, "j")
    assert selected(browser) == ["hotline_satisfaction_rate"]
    in_queue(browser, "hotline_satisfaction_rate~1").click()
    press(browser, "j")
    assert selected(browser) == ["entities_inspected"]
    press(browser, "k")
    press(browser, "k")
    press(browser, "k")
    assert selected(browser) == [disputed.review[-1].field]


def test_fields_of_every_kind(browser, water_disputed, texts, water_schema, tmp_path):
    """Words, dates and ranges stand in their rows; a cell of a table lights its place and says where it comes from."""
    open_queue(browser, water_disputed, texts, water_schema, tmp_path)
    assert "未完成" in in_queue(browser, "plan_met~1").text
    unsure = in_queue(browser, "works/1/stage")
    assert unsure.text.startswith("工程 2 · 进度")
    unsure.click()
    assert lit(browser) == ["正在施工"]
    Select(browser.find_element(By.ID, "state")).select_by_value("")
    assert row(browser, "signed_on").text.split("\n")[:2] == ["签发日期", "2025-01-08"]
    assert "6.5–7%" in row(browser, "growth_target").text
    assert "全年计划任务顺利完成。" in row(browser, "plan_met").text
    table = browser.find_element(By.CSS_SELECTOR, ".table")
    cells = "工程名称 投资 万元 进度 投用日期 1 新水厂 ≈ 8,600 – 2024-06 2 北岭泵站 3,000–3,500 在建 –"
    assert " ".join(table.text.split()) == cells
    row(browser, "works/0/name").click()
    assert (lit(browser), selected(browser)) == (["新水厂"], ["works/0/name"])
    detail = browser.find_element(By.CSS_SELECTOR, ".detail")
    assert "工程名称" in detail.text
    assert "总投资约8600万元" in detail.text
    assert in_view(browser, detail)
    browser.find_element(By.ID, "filter").send_keys("北岭")
    assert table.is_displayed()
    browser.find_element(By.ID, "filter").send_keys("东山")
    assert not table.is_displayed()
    set_width(browser, 380)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 380
    mark(browser, "约8600万元").click()
    assert "1. 投资" in browser.find_element(By.ID, "peek").text
    assert browser.get_log("browser") == []


def test_the_language_is_switched(page, address):
    """Everything is said in Chinese, the selection stays, and the next page that is opened speaks Chinese too."""
    row(page, "case_files_reviewed").click()
    page.find_element(By.CSS_SELECTOR, ".languages [value=zh]").click()
    try:
        assert selected(page) == ["case_files_reviewed"]
        assert lit(page) == ["约135卷"]
        assert "已写出，约" in row(page, "case_files_reviewed").text
        assert page.find_element(By.CSS_SELECTOR, ".checks").text == "2 项校验中有 1 项未通过\n135 < 140"
        assert page.find_element(By.ID, "filter").get_attribute("placeholder") == "按名称、id 或状态筛选"
        assert page.find_element(By.TAG_NAME, "html").get_attribute("lang") == "zh-CN"
        page.get("about:blank")
        page.get(address + "#broken")
        assert page.find_element(By.CSS_SELECTOR, ".lost").text.startswith("该文档处理失败")
        shown = page.find_element(By.TAG_NAME, "body").text
        assert not re.search(
            r"\b(?!baogao|fields|records)[a-z]+ [a-z]+ [a-z]+\b", shown.replace("the file is empty", "")
        )
    finally:
        page.find_element(By.CSS_SELECTOR, ".languages [value=en]").click()
    assert page.find_element(By.CSS_SELECTOR, ".lost").text.startswith("This document failed")


def test_a_page_begins_in_the_language_of_its_command(browser, plain, texts, schema, tmp_path):
    """Until a reader chooses; errors and reasons of the data are said in it too."""
    use("zh")
    try:
        write_page([plain], texts, schema, tmp_path / "index.html")
    finally:
        use(None)
    browser.get((tmp_path / "index.html").as_uri())
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    assert "已写出，约" in row(browser, "case_files_reviewed").text
    assert browser.find_element(By.CSS_SELECTOR, "[aria-pressed=true][value]").text == "中文"
    browser.get((tmp_path / "index.html").as_uri() + "?lang=en")
    assert "reported, about 约" in row(browser, "case_files_reviewed").text


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 400)])
def test_nothing_keeps_people_out(page, scheme, width):
    """axe-core finds no serious fault, by day and by night, on a desk and on a phone."""
    set_width(page, width)
    set_scheme(page, scheme)
    page.refresh()
    assert serious_faults(page) == []
    set_scheme(page, "light")
