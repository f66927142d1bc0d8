"""The report in a real browser: the grid by mouse and keys, its filters, texts that are hidden until asked for."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from baogao.evaluation.browsing import by_gold
from baogao.evaluation.history import history
from baogao.evaluation.report import build_report, write_report
from baogao.evaluation.report.render import render_runs
from browser import browser_of_file, needs_browser, serious_faults, set_scheme, set_width

pytestmark = needs_browser
browser = browser_of_file


@pytest.fixture
def page(browser, run):
    """The report of a run that errs in every way; no test may leave an error in the console, nor run what it says."""
    write_report(build_report(run), run)
    set_width(browser, 1300)
    browser.get("about:blank")
    browser.get((run.path / "report.html").as_uri())
    yield browser
    assert browser.get_log("browser") == []
    assert browser.execute_script("return window.hacked") is None


def cell(page, report, field, comma=", ", colon=":"):
    """A cell by the words that a screen reader says."""
    return page.find_element(By.CSS_SELECTOR, f'#g-scroll td[aria-label^="{report}{comma}{field}{colon}"]')


def shown(page, selector):
    """How many of some elements are seen."""
    script = "return [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility()).length"
    return page.execute_script(script, selector)


def choose(page, element, words):
    """An entry of a list."""
    choice = Select(page.find_element(By.ID, element))
    choice.select_by_visible_text(words)
    assert choice.first_selected_option.text == words


def marks(page):
    """What is marked in the text: kind and words."""
    return [(one.get_attribute("class"), one.text) for one in page.find_elements(By.CSS_SELECTOR, "#g-text mark")]


def test_a_click_shows_the_text_with_gold_and_answer(page):
    """What each extractor said, and both places marked in the text, for the extractor that is chosen."""
    choose(page, "g-who", "rules")
    cell(page, "town0", "公交车辆数").click()
    said = page.find_element(By.ID, "g-said").text
    assert "rules: wrong. Answer: 90 辆 gold: 100 辆 (prior year" in said
    assert "hybrid: right. Answer: 100 辆" in said
    assert marks(page) == [("g", "100辆"), ("a", "上年为90辆")]
    page.find_element(By.ID, "g-close").click()
    assert shown(page, "dialog") == 0


def test_by_keys_alone(page):
    """Arrows go from cell to cell, Enter opens, Tab and Enter go on, Escape closes and comes back."""
    first = page.find_element(By.CSS_SELECTOR, '#g-scroll td[tabindex="0"]')
    assert len(page.find_elements(By.CSS_SELECTOR, '#g-scroll td[tabindex="0"]')) == 1
    page.execute_script("arguments[0].focus()", first)
    ActionChains(page).send_keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER).perform()
    title = page.find_element(By.ID, "g-title").text
    assert "town1" in title
    ActionChains(page).send_keys(Keys.ENTER).perform()  # the button for the next one has the focus
    assert page.find_element(By.ID, "g-title").text != title
    ActionChains(page).send_keys(Keys.ESCAPE).perform()
    assert shown(page, "dialog") == 0
    assert page.switch_to.active_element.get_attribute("aria-label").startswith("town1, ")


def test_filters(page):
    """By verdict only rows and columns that have such cells stay; by words the others go; the count is said."""
    everything = shown(page, "#g-scroll td")
    choose(page, "g-who", "rules")
    choose(page, "g-verdict", "wrong")
    assert page.find_element(By.ID, "g-count").text == "3 cells"
    assert shown(page, "#g-scroll tbody tr") == 3
    assert shown(page, "#g-scroll thead th") == 3
    choose(page, "g-verdict", "every verdict")
    assert shown(page, "#g-scroll td") == everything
    page.find_element(By.ID, "g-field").send_keys("drills")
    page.find_element(By.ID, "g-report").send_keys("town3")
    assert shown(page, "#g-scroll td") == 1
    page.find_element(By.ID, "g-field").send_keys("no such field")
    assert page.find_element(By.ID, "g-count").text == "0 cells"


def test_a_test_report_is_hidden_until_asked_for(page):
    """Whoever works on rules sees no word of it by accident; once asked for, its text is there."""
    choose(page, "g-who", "rules")
    cell(page, "town7", "公交车辆数").click()
    assert "97" not in page.find_element(By.TAG_NAME, "dialog").text
    assert shown(page, "#g-text") == 0
    page.find_element(By.ID, "g-open").click()
    assert ("a", "上年为97辆") in marks(page)
    assert "wrong. Answer: 97 辆" in page.find_element(By.ID, "g-said").text


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (390, "dark")])
def test_everybody_can_use_it(page, width, scheme):
    """No serious fault by axe-core, of the page and, in the dark, of a text that is open above it; a phone scrolls in
    no direction but down."""
    set_width(page, width)
    set_scheme(page, scheme)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    if scheme == "dark":
        page.execute_script("arguments[0].click()", cell(page, "town0", "公交车辆数"))
    assert serious_faults(page) == []
    set_scheme(page, "light")


def test_everybody_can_use_the_list_of_runs(browser, run, tmp_path):
    """No serious fault by axe-core on the page of ``eval serve``, and nothing in the console."""
    page = tmp_path / "runs.html"
    page.write_text(render_runs(by_gold(history([run.path])), {run.path: "x.html"}, tmp_path), encoding="utf-8")
    browser.get(page.as_uri())
    assert browser.find_element(By.TAG_NAME, "a").get_attribute("href").endswith("x.html")
    assert serious_faults(browser) == []
    assert browser.get_log("browser") == []


def test_the_language_is_switched(page):
    """Sentences, heads and the grid are said in Chinese; a filter stands for what it did."""
    switch = ".languages [value={}]".format
    page.find_element(By.CSS_SELECTOR, switch("zh")).click()
    assert page.find_element(By.CSS_SELECTOR, "#results h2").text == "结果"
    assert "份报告" in page.find_element(By.TAG_NAME, "header").text
    assert "公交车辆数：" in cell(page, "town0", "公交车辆数", "，", "：").get_attribute("aria-label")
    page.find_element(By.ID, "d-test").click()
    every = page.find_element(By.ID, "d-count").text
    choose(page, "d-verdict", "遗漏")
    WebDriverWait(page, 5).until(lambda _: page.find_element(By.ID, "d-count").text != every)
    verdicts = page.find_elements(By.CSS_SELECTOR, ".dis .verdict")
    assert {one.text for one in verdicts if one.is_displayed()} == {"遗漏"}
    page.find_element(By.CSS_SELECTOR, switch("en")).click()
    assert page.find_element(By.CSS_SELECTOR, "#results h2").text == "Results"
