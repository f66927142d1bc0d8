"""The page of the review in a real browser: by keys, by clicks, by selections; two windows; a server that dies."""

import csv
import json
import threading
import time

import openpyxl
import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from baogao.cli.export import export
from baogao.cli.review import review
from baogao.outputs.decisions import ReviewsFile
from baogao.outputs.page import write_page
from baogao.review.app import review_app
from baogao.review.session import ReviewSession
from baogao.serving import Service
from browser import browser_of_file, needs_browser, serious_faults, set_scheme, set_width
from evaluation.eval_scripts import script
from outputs.conftest import PLAIN_TEXT, answer, record
from review.window import Window, flagship, write_run

pytestmark = needs_browser
browser = browser_of_file
Q = "qinghe-2023"


@pytest.fixture
def serve(browser):
    """Serve a run, whose address is given back; the servers end with the test, the page before them."""
    started = []

    def start(folder, port=None, **settings):
        service = Service(review_app(ReviewSession(folder, **{"schema": flagship(), **settings}), "Li"), port=port)
        threading.Thread(target=service.run, daemon=True).start()
        started.append(service)
        return service

    yield start
    browser.get("about:blank")  # a page that looks for news where nobody answers any more notes that in the log
    for service in started:
        service.stop()
    browser.get_log("browser")


def opened(browser, service, place=Q, width=1400):
    """The page, open at a report or at a field of it."""
    set_width(browser, width)
    browser.get("about:blank")
    browser.get(f"{service.address}&lang=en#{place}")
    key = place.split("&")[-1]
    wait(browser, lambda: browser.execute_script("return document.querySelector('#desk')?.innerText"))
    if "&" in place:
        wait(browser, lambda: current(browser) == key)
    return browser


def go_to(page, place):
    """Go to another field of the report that is open."""
    page.execute_script("location.hash = arguments[0]", place)
    wait(page, lambda: current(page) == place.split("&")[-1])


def wait(browser, condition):
    """Until something is so."""
    return WebDriverWait(browser, 10, poll_frequency=0.03).until(lambda _: condition())


def current(page):
    """The key of the row that is selected."""
    return page.execute_script("return document.querySelector('#answers [aria-current=true]')?.dataset.key")


def desk(page):
    """The words of the desk."""
    return page.execute_script("return document.querySelector('#desk').innerText")


def shows(page, *words):
    """Wait until the desk says some words: what a server answers is there before the page that asked has drawn it."""
    wait(page, lambda: all(one in desk(page) for one in words))


def press(page, *keys):
    """Press keys where the focus is."""
    for key in keys:
        ActionChains(page, duration=0).send_keys(key).perform()


def saved(page, folder, number):
    """Wait until so many decisions are saved, and shown as such; the last of them."""
    wait(page, lambda: len(ReviewsFile(folder).since(0)) >= number)
    wait(page, lambda: page.execute_script("return document.querySelector('#saved').textContent") == "saved")
    decisions = ReviewsFile(folder).since(0)
    assert len(decisions) == number
    return decisions[-1]


def click_mark(page, characters):
    """Click a marked piece of the text."""
    marks = page.find_elements(By.CSS_SELECTOR, ".text mark")
    next(one for one in marks if one.text == characters).click()


def select_text(page, phrase):
    """Select characters of the text as a mouse does."""
    page.execute_script(
        "const range = baogaoReview.rangeOf(baogaoReview.find(arguments[0])[0]);"
        "getSelection().removeAllRanges(); getSelection().addRange(range)",
        phrase,
    )


EXAM = "组织考试，有40人参加，36人合格，合格率90%。\n"


@pytest.fixture
def exam_run(schema, tmp_path):
    """A run with one wrong figure, over which a check fails."""
    fields = {
        "exam_candidates": answer(EXAM, "40人", 40, unit="人"),
        "exam_passed": answer(EXAM, "40人", 40, unit="人", confidence=0.6),
        "exam_pass_rate": answer(EXAM, "90%", 90, unit="%"),
    }
    return write_run(tmp_path / "exam", [record("exam", schema, fields=fields)], {"exam": EXAM})


def test_a_corrected_figure_reaches_everything(browser, serve, exam_run, tmp_path):
    """Clicked in the page, it stands in reviews.jsonl, csv, xlsx, the page that is written anew, and the checks."""
    page = opened(browser, serve(exam_run), "exam&exam_passed")
    press(page, "c")
    click_mark(page, "36人")
    shows(page, "Take it", "36", "有40人参加，36人合格")
    press(page, Keys.ENTER)
    decision = saved(page, exam_run, 1)
    assert (decision.who, decision.act, decision.before["value"], decision.after["value"]) == ("Li", "correct", 40, 36)
    wait(page, lambda: "36" in row_text(page, "exam_passed"))
    assert "✎ Li" in row_text(page, "exam_passed")
    review(exam_run)
    for name in ("table.csv", "table.xlsx"):
        export(exam_run, tmp_path / name)
    with (tmp_path / "table.csv").open(encoding="utf-8-sig") as file:
        (line,) = csv.DictReader(file)
    assert line["exam_passed"] == "36"
    sheet = openpyxl.load_workbook(tmp_path / "table.xlsx", read_only=True).worksheets[0]
    assert 36 in [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    browser.get((exam_run / "index.html").as_uri())
    assert "✎ Li" in row_text(browser, "exam_passed")
    assert browser.find_elements(By.CSS_SELECTOR, ".checks") == []
    assert browser.get_log("browser") == []


def row_text(page, key):
    """What the row of a field says."""
    return page.execute_script("return document.querySelector(`#answers [data-key='${arguments[0]}']`).innerText", key)


def test_a_right_report_takes_few_keys(browser, serve, run):
    """At most 1.2 keys for each field that states something; all silent ones at once, taken back at once."""
    keys = script("bench/review_keys")
    service = serve(run)
    opened(browser, service)
    session = ReviewSession(run, flagship())
    done = keys.confirm(browser, session, Q, "Li")
    assert done.keys_per_stated <= 1.2
    assert done.fields == 74
    press(browser, "u")
    wait(browser, lambda: session.report(Q, "Li")["review"]["looked"] == done.stated)
    shows(browser, "All silent fields are right")


def test_the_selected_row_is_in_view(browser, serve, run):
    """Where things may move, too: the row that a decision goes on to is above the desk, its place on the screen."""
    motion = {"features": [{"name": "prefers-reduced-motion", "value": "no-preference"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", motion)
    page = opened(browser, serve(run))
    assert not page.execute_script("return matchMedia('(prefers-reduced-motion: reduce)').matches")
    low = {"width": 1400, "height": 480, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", low)
    wait(page, lambda: current(page))
    for _ in range(7):
        was = current(page)
        press(page, Keys.ENTER)
        wait(page, lambda was=was: current(page) != was)
    saved(page, run, 7)
    seen = """const [row, desk, mark] = ["#answers [aria-current=true]", "#desk", ".text mark.on"]
        .map((one) => document.querySelector(one).getBoundingClientRect());
        return row.top > 0 && row.bottom <= desk.top && mark.top > 0 && mark.bottom <= innerHeight"""
    wait(page, lambda: page.execute_script(seen))


def test_everything_by_keys(browser, serve, run):
    """Correct by arrows and by looking for words, none, not there, a comment, taking back and saying it again."""
    service = serve(run)
    page = opened(browser, service, f"{Q}&exam_passed")
    press(page, "c", Keys.ARROW_RIGHT)
    shows(page, "Take it", "135")
    press(page, "f", "消防演练3场", Keys.ENTER)
    shows(page, "3场", "Take it")
    press(page, Keys.ENTER)
    decision = saved(page, run, 1)
    assert (decision.key, decision.after["text"]) == ("exam_passed", "3场")
    wait(page, lambda: "✎ Li" in row_text(page, "exam_passed"))
    press(page, "u")
    assert saved(page, run, 2).act == "undo"
    press(page, "U")
    assert saved(page, run, 3).after["text"] == "3场"
    go_to(page, f"{Q}&case_files_reviewed")
    press(page, "m", "附表另有", Keys.ENTER)
    assert saved(page, run, 4).comment == "附表另有"
    press(page, "n", Keys.ARROW_RIGHT)
    shows(page, "暂无行政复议案件")
    press(page, Keys.ENTER)
    assert saved(page, run, 5).after["status"] == "reported_none"
    go_to(page, f"{Q}&entities_inspected")
    press(page, "x")
    assert saved(page, run, 6).after == {"status": "not_reported"}
    go_to(page, f"{Q}&exam_passed")
    press(page, "c", Keys.ENTER)
    assert (current(page), "correct" in desk(page)) == (
        "exam_passed",
        True,
    )  # where nothing can be taken Enter does nothing
    assert page.get_log("browser") == []


def test_lists_rows_words(browser, serve, water_run, water_schema):
    """A date and a name by selecting them, an option by its digit, an entry removed and one added, a cell filled."""
    service = serve(water_run, schema=water_schema)
    page = opened(browser, service, "water&signed_on")
    select_text(page, "2024年6月")
    shows(page, "2024-06", "Take it")
    press(page, Keys.ENTER)
    assert saved(page, water_run, 1).after["value"] == "2024-06"
    go_to(page, "water&plan_met")
    press(page, "c")
    shows(page, "未完成")
    press(page, "2")
    assert saved(page, water_run, 2).after["value"] == "未完成"
    go_to(page, "water&problems/0")
    press(page, "x")
    assert saved(page, water_run, 3).act == "absent"
    wait(page, lambda: current(page) == "problems")  # the list, not the first field that is left
    press(page, "+")
    select_text(page, "水表已全部装到户")
    wait(page, lambda: "Take it" in desk(page) or ("option" in page.page_source and "水表已全部装到户" in desk(page)))
    press(page, Keys.ENTER if "Take it" in desk(page) else "1")
    assert saved(page, water_run, 4).after["text"] == "水表已全部装到户"
    go_to(page, "water&works/0/stage")
    press(page, "c")
    select_text(page, "投用")
    shows(page, "建成")
    press(page, "1")
    decision = saved(page, water_run, 5)
    assert (decision.key, decision.after["value"]) == ("works/0/stage", "建成")
    assert page.get_log("browser") == []


def test_two_people_side_by_side(browser, serve, run):
    """What another says meanwhile is shown; where they differ both stand side by side, and one settles it."""
    service = serve(run)
    page = opened(browser, service, f"{Q}&case_files_reviewed")
    Window(run, "Wang").say(Q, "case_files_reviewed", "absent", comment="另一项")
    press(page, Keys.ENTER)
    wait(page, lambda: "Wang answered 执法案卷评查数 meanwhile" in page.find_element(By.ID, "toast").text)
    wait(page, lambda: "✎ Wang" in row_text(page, "case_files_reviewed"))
    go_to(page, f"{Q}&case_files_reviewed")
    press(page, "c")
    click_mark(page, "约135卷")
    shows(page, "Take it")
    press(page, Keys.ENTER)
    assert saved(page, run, 2).who == "Li"
    page = opened(page, service)
    wait(page, lambda: current(page) == "case_files_reviewed")
    shows(page, "People differ", "Wang", "另一项")
    press(page, "1")
    decision = saved(page, run, 3)
    assert decision.settles
    assert not ReviewsFile(run).on(Q).disputes()
    page.get_log("browser")  # the refusal of what had been overtaken is noted there


def test_while_the_server_is_away_nothing_is_lost(browser, serve, run, monkeypatch):
    """What is said meanwhile is kept in the browser, and saved once when the server is back."""
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "the-same-token")
    service = serve(run)
    page = opened(browser, service, f"{Q}&case_files_reviewed")
    service.stop()
    wait(page, lambda: service._socket.fileno() == -1)
    press(page, Keys.ENTER, Keys.ENTER)
    wait(page, lambda: "2 answers are kept" in page.find_element(By.ID, "away").text)
    again = serve(run, service.port)
    assert again.port == service.port
    decisions = {saved(page, run, 2).key, ReviewsFile(run).since(0)[0].key}
    assert "case_files_reviewed" in decisions
    wait(page, lambda: not page.find_element(By.ID, "away").is_displayed())
    page.get_log("browser")  # requests that nobody answered are noted there


def test_while_the_disk_takes_nothing_nothing_is_lost(browser, serve, run, monkeypatch):
    """What cannot be written is kept in the browser, which says why, and is saved once as soon as it can be."""
    page = opened(browser, serve(run), f"{Q}&case_files_reviewed")
    with monkeypatch.context() as patched:
        patched.setattr(ReviewsFile, "_append", lambda *_: (run / "nothing" / "here").stat())
        press(page, Keys.ENTER)
        wait(page, lambda: "Not saved: cannot write" in page.find_element(By.ID, "away").text)
        assert "1 answers are kept in this browser" in page.find_element(By.ID, "away").text
    assert saved(page, run, 1).key == "case_files_reviewed"
    wait(page, lambda: not page.find_element(By.ID, "away").is_displayed())
    page.get_log("browser")  # the answers that it was not saved are noted there


def test_no_serious_fault_of_accessibility(browser, serve, run):
    """axe-core on the review: light and wide, dark while a figure is pointed at, on a phone's width."""
    page = opened(browser, serve(run), f"{Q}&case_files_reviewed")
    assert serious_faults(page) == []
    set_scheme(browser, "dark")
    press(page, "c", Keys.ARROW_RIGHT)
    shows(page, "Take it")
    assert serious_faults(page) == []
    set_scheme(browser, "light")
    set_width(browser, 390)
    assert serious_faults(page) == []
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")


ODD_TEXT = "𬭎城镇１２人\r\né\u0301合计\U00020000\U00020001 3件，e\u0301\u0302x\r𠮷\n末行\u2028还有7户\n\n尾"


def test_selections_count_code_points(browser, serve, schema, tmp_path):
    """Whatever is selected, the characters at the offsets are the ones that were selected, line ends aside."""
    folder = write_run(tmp_path / "odd", [record("odd", schema)], {"odd": ODD_TEXT})
    page = opened(browser, serve(folder), "odd")
    found = page.execute_script(
        """
        const nodes = [];
        const walker = document.createTreeWalker(document.querySelector(".text"), NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) nodes.push(walker.currentNode);
        const points = nodes.flatMap((node) => Array.from({ length: node.data.length + 1 }, (_, at) => [node, at]));
        const all = [];
        for (let from = 0; from < points.length; from += 1) for (let to = from + 1; to < points.length; to += 1) {
          const range = document.createRange();
          range.setStart(...points[from]);
          range.setEnd(...points[to]);
          const span = baogaoReview.spanOf(range);
          const back = span && baogaoReview.rangeOf(span);
          all.push([range.toString(), span, back && String(baogaoReview.spanOf(back)) === String(span)]);
        }
        return JSON.stringify(all);
        """
    )
    checked = 0
    for words, span, goes_back in json.loads(found):
        if any("\ud800" <= char <= "\udfff" for char in words) or not words:
            continue  # half a character, which nobody can select
        start, end = span
        assert "".join(ODD_TEXT[start:end].split("\r")).replace("\n", "") == words.replace("\n", "")
        if ODD_TEXT[start] not in "\r\n" and ODD_TEXT[end - 1] not in "\r\n":
            assert goes_back
            checked += 1
    assert checked > 500


def test_five_hundred_reports_stay_quick(browser, serve, plain, schema, tmp_path):
    """The page opens, a report opens and an answer is saved without a wait that one would notice."""
    records = [plain.model_copy(update={"doc_id": f"report-{number}"}) for number in range(500)]
    folder = write_run(tmp_path / "many", records, {one.doc_id: PLAIN_TEXT for one in records})
    service = serve(folder)
    started = time.perf_counter()
    page = opened(browser, service, "report-250&case_files_reviewed")
    assert len(page.find_elements(By.CSS_SELECTOR, "#reports li")) == 500
    press(page, Keys.ENTER)
    saved(page, folder, 1)
    assert time.perf_counter() - started < 6
    wait(page, lambda: "1 of 74 fields" in page.find_element(By.CSS_SELECTOR, "#reports [aria-current=true]").text)


def test_without_javascript_there_are_text_and_table(browser, plain, failed, texts, schema, tmp_path):
    """The page in the folder shows each report's text and its figures to a browser without JavaScript."""
    write_page([plain, failed], texts, schema, tmp_path / "index.html")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get((tmp_path / "index.html").as_uri())
        shown = [one for one in browser.find_elements(By.CSS_SELECTOR, "article.plain") if one.is_displayed()]
        assert "全年评查案卷约135卷" in shown[0].text
        assert "执法案卷评查数 135卷 约135卷" in shown[0].text
        assert "the file is empty" in shown[1].text
        assert not browser.find_element(By.ID, "sheet").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
