"""What a page is given to speak two languages."""

from baogao.language import use
from baogao.language.pages import PageLanguage, chinese_of, messages_of


def test_messages_of_a_script():
    """What t and tn say, inside of each other and of templates; no other call, and no text of the data."""
    script = """const a = `${t("page {n}", { n })}` + tn("{n} row", "{n} rows", n, { of: t("a \\"quoted\\" one") });
    told(text); at("no message"); x.t("nor this"); t(text);"""
    assert messages_of(script) == ["page {n}", "{n} row", "{n} rows", 'a "quoted" one']


def test_messages_of_a_template():
    """The text of a marked element, a message in the mark itself, the attributes that are named."""
    template = """<main><p data-t>Text</p><p>not this</p><b data-t="{n} rows" data-t-values="{}">3 rows</b>
    <input data-t-of="title aria-label" title="Find" aria-label="Find a report" placeholder="nor this"></main>"""
    assert messages_of(template) == ["Text", "{n} rows", "Find", "Find a report"]


def test_a_page_carries_what_it_says():
    """Its own messages and the texts of its data, and no others."""
    page = PageLanguage('t("to look at"); t("no such message of the catalogue")')
    data = page.data(["no report could be read", "哪里都没有", None])
    assert data == {"first": "en", "zh": {"to look at": "待复核", "no report could be read": "没有一份报告能够读取"}}


def test_a_page_begins_in_the_language_in_force():
    """Unless it is told another."""
    use("zh")
    try:
        assert PageLanguage().data()["first"] == "zh"
        assert PageLanguage().data(first="en")["first"] == "en"
    finally:
        use(None)


def test_texts_of_the_data():
    """Those that are messages, each once."""
    assert chinese_of(["3 of 4 entries found?", "unsure", "", None]) == {}
    assert chinese_of(["no report could be read"] * 2) == {"no report could be read": "没有一份报告能够读取"}


def test_a_page_of_texts():
    """Every text, title and label below the mark is a message, with names for its values; Chinese and code are not."""
    template = """<body data-t-tree><h2 title="A head">Results</h2>
    {% if row.failed %}<b>{{ row.failed }} failed</b>{% endif %}
    <p lang="zh-CN">no message</p><script>"nor this"</script><p data-t-not>nor {{ this }}</p>
    <input aria-label="Filter rows"> or {{ row.value | share }}, {{ '%.2f' | format(x) }} points</body>"""
    assert messages_of(template) == [
        "A head",
        "Results",
        "{failed} failed",
        "Filter rows",
        "or {value}, {value} points",
    ]


def test_a_page_is_translated_as_it_is_rendered():
    """Its texts are found by their templates; what it says does not depend on who writes it."""
    page = PageLanguage()
    html = "<body data-t-tree><p>no report could be read</p><p>page 3</p><p>哪里都没有</p><td>0.857</td></body>"
    assert page.data_of(html) == {
        "first": "",
        "zh": {"no report could be read": "没有一份报告能够读取", "page 3": "第 3 页"},
    }
