"""What a page's style says of what is seen."""

from __future__ import annotations

import lxml.html
import pytest

from baogao.document import style_sheet
from baogao.document.style_sheet import StyleSheet, hides, strikes
from baogao.errors import DocumentError

PAGE = "<div class='box main' id='top'><ul><li class='x'><span class='y z'>词</span></li></ul></div>"


def said(sheet: str, tag: str = "span", style: str = "") -> dict[str, str]:
    """What a sheet says of an element of the page."""
    element = next(lxml.html.fromstring(PAGE).iter(tag))
    if style:
        element.set("style", style)
    return StyleSheet([sheet]).of(element)


@pytest.mark.parametrize(
    "selector",
    [
        "span",
        ".y",
        ".y.z",
        "span.y",
        "SPAN.y",
        "*",
        "div span",
        ".x .y",
        ".x > .y",
        "#top span",
        "div#top.box li.x>span",
        "p, .y",
        "p,\n.y",
        "ul   li   span",
    ],
)
def test_selectors_that_hold(selector):
    """Tags, classes, ids, ancestors and parents, one by one and in lists."""
    assert said(f"{selector}{{display:none}}") == {"display": "none"}


@pytest.mark.parametrize(
    "selector",
    [
        "p",
        ".Y",
        ".yy",
        ".y.x",
        "div > span",
        "p span",
        "span:hover",
        "span::before",
        "[class]",
        "li + span",
        "",
        "#y",
        ".y > .x",
    ],
)
def test_selectors_that_do_not_hold(selector):
    """What is not said of the element, or is not read, changes nothing."""
    assert said(f"{selector}{{display:none}}") == {}


@pytest.mark.parametrize(
    ("sheet", "style", "shown"),
    [
        (".y{display:none} .y{display:inline}", "", "inline"),
        ("#top span{display:none} .y{display:inline}", "", "none"),
        (".y{display:none} .x .y{display:inline}", "", "inline"),
        (".x .y{display:inline} .y{display:none}", "", "inline"),
        (".y{display:none}", "display:block", "block"),
        (".y{display:none !important}", "display:block", "none"),
        (".y{display:none!important} #top .y{display:block}", "", "none"),
        (".y{color:red;display:none;}", "", "none"),
        (".y{/* display:block */display:none}", "", "none"),
        ("/* .y{} */ .y{display:NONE}", "", "none"),
        ("@media print{.y{display:none}}", "", None),
        ("@media screen{.y{display:none}}", "", "none"),
        ("@media screen, print {.y{display:none}} .y{color:red}", "", "none"),
        ("@media (max-width:600px){.y{display:none}}", "", None),
        ("@media print{.y{display:none}} .y{display:inline}", "", "inline"),
        ("@import url(a.css); .y{display:none}", "", "none"),
        ("@font-face{font-family:x} .y{display:none}", "", "none"),
        ("@keyframes a{from{display:none}} .z{display:block}", "", "block"),
        (".y{display:none", "", None),
        ("}}.y{display:none}", "", "none"),
        ("<!-- .y{display:none} -->", "", None),
    ],
)
def test_the_cascade(sheet, style, shown):
    """The more particular rule holds, then the later one, the element's own above both; sheets for paper do not."""
    assert said(sheet, style=style).get("display") == shown


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility:hidden",
        "visibility: collapse",
        "opacity:0",
        "opacity: 0.0",
        "font-size:0",
        "font-size:0px",
        "font-size: 0.0em",
        "color:transparent",
        "left:-9999px;position:absolute",
        "text-indent:-99999px",
        "DISPLAY : NONE",
        "display:none!important",
        "color:red; display:none",
    ],
)
def test_styles_that_hide(style):
    """Each way to make text unseen."""
    assert hides(said("", style=style))


@pytest.mark.parametrize(
    "style",
    ["display:block", "opacity:0.5", "font-size:0.8em", "font-size:10px", "left:-10px", "text-indent:2em", "color:#000",
     "background-color:transparent", "border-left:-9999px", "x-display:none", "margin-left:-9999px"],
)  # fmt: skip
def test_styles_that_do_not_hide(style):
    """What only looks like one of them."""
    assert not hides(said("", style=style))


@pytest.mark.parametrize(
    ("style", "struck"),
    [
        ("text-decoration:line-through", True),
        ("text-decoration-line: line-through", True),
        ("text-decoration:underline line-through red", True),
        ("text-decoration:underline", False),
    ],
)
def test_styles_that_strike_out(style, struck):
    """A line through the text, however it is drawn."""
    assert strikes(said("", style=style)) == struck


def test_sheets_that_take_too_long(monkeypatch):
    """Sheets that are made to keep their reader busy are refused."""
    monkeypatch.setattr(style_sheet, "_MOST_TRIES", 10)
    with pytest.raises(DocumentError, match="style sheets take too long"):
        said(".y{display:none}" * 20)
