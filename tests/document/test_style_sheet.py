"""What a page's style says of what is seen."""

from __future__ import annotations

import lxml.html
import pytest

from baogao.document import style_sheet
from baogao.document.style_sheet import StyleSheet, hides, rise, strikes
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
        "[class]",
        "span[class]",
        "[class='y z']",
        '[class="y z"]',
        "[class~=z]",
        "[class^=y]",
        "[class$='z']",
        "[class*=' ']",
        "li > [class].z",
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
        "[title]",
        "[class=x]",
        "[class^=z]",
        "span[class=",
        "[class='']",
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
        ("<!-- .y{display:none} -->", "", "none"),
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


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("@media (min-width:768px)", True),
        ("@media screen and (min-width: 64em)", True),
        ("@media print, screen and (min-width:1px)", True),
        ("@media (min-width:1600px)", False),
        ("@media (max-width:767px)", False),
        ("@media (max-width:2560px)", True),
        ("@media (min-width:320px) and (max-width:640px)", False),
        ("@media (orientation:portrait)", False),
        ("@media not screen", False),
        ("@media speech", False),
    ],
)
def test_blocks_for_some_screens(rule, holds):
    """A rule for the usual screens of a desk holds; one for small ones, for paper or of an unknown kind does not."""
    assert said(f"{rule}{{.y{{display:none}}}}") == ({"display": "none"} if holds else {})


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        ("mso-hide:all", True),
        ("position:absolute;clip:rect(0 0 0 0)", True),
        ("clip:rect(1px, 1px, 1px, 1px)", True),
        ("clip-path:inset(50%)", True),
        ("width:1px;height:1px;overflow:hidden", True),
        ("max-height:0;overflow:hidden", True),
        ("color:rgba(0,0,0,0)", True),
        ("color:rgb(0 0 0 / 0%)", True),
        ("left:-999em", True),
        ("transform:scale(0)", True),
        ("clip:rect(0,100px,20px,0)", False),
        ("width:100%;overflow:hidden", False),
        ("height:1px", False),
        ("color:rgb(0,0,0)", False),
        ("color:rgba(0,0,0,.5)", False),
        ("left:-10px", False),
    ],
)
def test_ways_to_hide(style, hidden):
    """Text is hidden by clipping, by size, by clear letters and by being far away, and by nothing less."""
    assert hides(said("", style=style)) is hidden


@pytest.mark.parametrize(
    ("style", "sizes"),
    [
        ("vertical-align:5px;font-size:10px", 0.5),
        ("vertical-align:40%", 0.4),
        ("vertical-align:-.5em", -0.5),
        ("position:relative;top:-4px;font-size:8px", 0.5),
        ("position:relative;bottom:6pt;font-size:12pt", 0.5),
        ("mso-text-raise:4.0pt;font-size:8.0pt", 0.5),
        ("top:-4px", 0),
        ("vertical-align:middle", 0),
    ],
)
def test_how_far_text_is_raised(style, sizes):
    """A length, a share or a shift raises text or lowers it, counted in sizes of its letters."""
    assert rise(said("", style=style)) == pytest.approx(sizes)
