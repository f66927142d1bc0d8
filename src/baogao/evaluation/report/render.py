"""The report as files: one page that needs nothing else, Markdown, and the pictures beside it."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from baogao.errors import UsageError
from baogao.evaluation.report import words
from baogao.evaluation.report.content import ReportModel
from baogao.evaluation.report.pictures import SERIES, colour_of, draw_pictures
from baogao.evaluation.runs import Run
from baogao.outputs.page import csp_hash

_TEMPLATES = files("baogao.evaluation.report") / "templates"


def write_report(report: ReportModel, run: Run) -> None:
    """Write ``report.html``, ``report.md`` and ``pictures/``; without altair there are no pictures, and both say so.

    :raises UsageError: a file cannot be written.
    """
    try:
        report = replace(report, pictures=draw_pictures(report))
    except UsageError as error:
        report = replace(report, notices=[*report.notices, f"There are no pictures: {error}"])
    for picture in report.pictures:
        run.write_text(f"pictures/{picture.id}.svg", picture.svg)
    run.write_text("report.html", render_html(report))
    run.write_text("report.md", render_markdown(report))


def render_html(report: ReportModel) -> str:
    """One page with its style, its script and its pictures inside; every text of a report is escaped."""
    template = _environment().get_template("report.html.j2")
    svgs = {picture.id: Markup(picture.svg) for picture in report.pictures}
    css, js = _source("report.css"), _source("report.js")
    return template.render(report=report, svgs=svgs, css=Markup(css), js=Markup(js), js_hash=csp_hash(js))


def render_markdown(report: ReportModel) -> str:
    """The same in Markdown; pictures are linked."""
    return _environment().get_template("report.md.j2").render(report=report)


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_filters())
    environment.globals.update(colour_of=colour_of, series=SERIES)
    return environment


def _filters() -> dict[str, Any]:
    return {
        "share": words.share,
        "interval": words.interval_words,
        "rate": words.rate_words,
        "points": words.points,
        "points_interval": words.points_interval,
        "p": words.p_words,
        "cell": markdown_cell,
    }


def markdown_cell(text: str) -> str:
    """Text that cannot break a table or be taken for markup."""
    flat = " ".join(str(text).split())
    for char in "\\`*_[]<>|":
        flat = flat.replace(char, f"\\{char}" if char not in "<>" else {"<": "&lt;", ">": "&gt;"}[char])
    return flat


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
