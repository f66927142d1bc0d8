"""The report as files: one page that needs nothing else, Markdown, and the pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from baogao.evaluation.gold import Reading
from baogao.evaluation.history import PastRun
from baogao.evaluation.report.content import Estimate, HeadlineRow, PairRow, ReportModel
from baogao.evaluation.report.pictures import draw_pictures, picture_file, series_of
from baogao.evaluation.runs import Run
from baogao.evaluation.statistics import Interval
from baogao.language import in_force
from baogao.language.pages import PageLanguage
from baogao.outputs.page_file import csp_hash, inert_json
from baogao.schema.values import Answer, plain_value

NOT_AVAILABLE = "n/a"
_LANGUAGE = "@language@"
"""What stands in the page where the translation of its texts will, until these are known."""
_TEMPLATES = files("baogao.evaluation.report") / "templates"
_BOUNDS = {"over": "over ", "under": "under ", "about": "about ", "exact": ""}


def share(value: float | None) -> str:
    """A share to three places: ``0.857``."""
    return NOT_AVAILABLE if value is None else f"{value:.3f}"


def interval_words(interval: Interval | None) -> str:
    """``0.827-0.884``, or nothing where there is no interval."""
    return f"{interval[0]:.3f}–{interval[1]:.3f}" if interval else ""


def rate_words(rate: Estimate) -> str:
    """``0.857 (0.827-0.884)``."""
    return f"{share(rate.value)} ({interval_words(rate.interval)})" if rate.interval else share(rate.value)


def points(value: float) -> str:
    """A difference of shares in points of a hundred: ``9.1``."""
    return f"{100 * value:.1f}".replace("-", "−")


def points_interval(interval: Interval | None) -> str:
    """``5.0 to 13.2``."""
    return f"{points(interval[0])} to {points(interval[1])}" if interval else NOT_AVAILABLE


def p_words(p: float | None) -> str:
    """``0.031``; very small ones as a bound."""
    if p is None:
        return NOT_AVAILABLE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_phrase(p: float | None) -> str:
    """``p = 0.031``."""
    words = p_words(p)
    return f"p {words}" if words.startswith("<") else f"p = {words}"


def reading_words(reading: Answer | Reading | None, unit: str = "") -> str:
    """What is said of a field: ``over 2600 户``, ``none``, ``silent``."""
    if reading is None or reading.status == "not_reported":
        return "silent"
    if reading.status == "reported_none":
        return "none"
    number = "?" if reading.value is None else f"{plain_value(reading.value)}"
    if reading.upper is not None:
        number = f"{number} to {plain_value(reading.upper)}"
    return f"{_BOUNDS[reading.bound or 'exact']}{number}{'' if unit == '%' else ' '}{unit}".rstrip()


def verdict_sentence(rows: Sequence[HeadlineRow], pair: PairRow | None) -> str:
    """The sentence that a reader in a hurry reads.

    :param rows: the part of the data that the sentence is about, one row for each extractor.
    :param pair: the comparison that it is about; None where there is one extractor only.
    """
    first = rows[0]
    kind = {"all": "", "test": "held-out test ", "dev": "dev "}.get(first.part, f"{first.part} ")
    place = f"{first.documents} {kind}report{'' if first.documents == 1 else 's'}"
    if pair is None or pair.difference is None:
        return _alone(place, first)
    scores = {row.extractor: row.f1.value for row in rows}
    interval = f", 95% interval {points_interval(pair.interval)}" if pair.interval else ""
    difference, is_more = points(abs(pair.difference)), pair.difference >= 0
    return (
        f"{pair.a} scores {difference} points {'more' if is_more else 'fewer'} than {pair.b} "
        f"(F1 {share(scores[pair.a])} against {share(scores[pair.b])}{interval}), measured on {place}."
    )


def support_sentences(rows: Sequence[HeadlineRow], pair: PairRow | None) -> list[str]:
    """Whether that is chance, what would have shown, and what went wrong."""
    said = []
    if pair is not None and pair.p is None:
        said.append("There are too few reports to say whether that is chance.")
    elif pair is not None:
        test = f"(sign-flip test by report, {p_phrase(pair.p)})"
        said.append(
            f"Chance alone would hardly produce such a difference {test}."
            if pair.significant
            else f"That is within what chance produces {test}: these reports do not tell the two apart."
        )
    if rows[0].part == "dev":
        said.append("Rules and prompts may have been made with dev reports in view: test reports are the fair measure.")
    if pair is not None and pair.minimum_detectable is not None:
        said.append(
            f"So many reports show a true difference of {points(pair.minimum_detectable)} points or more "
            "four times out of five."
        )
    said += [
        f"{row.failed} of {row.documents} reports failed for {row.extractor}; their figures count as missed."
        for row in rows
        if row.failed
    ]
    return said


def _alone(place: str, row: HeadlineRow) -> str:
    if row.f1.value is None:
        return f"On {place}, {row.extractor} was asked for nothing that is stated: there is no F1."
    interval = f" (95% interval {interval_words(row.f1.interval)})" if row.f1.interval else ""
    found, right, f1 = _percent(row.recall.value), _percent(row.precision.value), share(row.f1.value)
    return (
        f"On {place}, {row.extractor} finds {found} of the stated figures, and {right} of its answers are right: "
        f"F1 {f1}{interval}."
    )


def _percent(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else f"{100 * value:.0f}%"


def write_report(report: ReportModel, run: Run) -> None:
    """Write ``report.html``, ``report.md`` and ``pictures/``.

    :raises UsageError: a file cannot be written.
    """
    report = replace(report, pictures=draw_pictures(report))
    for picture in report.pictures:
        run.write_text(f"pictures/{picture.id}.svg", picture_file(picture))
    run.write_text("report.html", render_html(report))
    run.write_text("report.md", render_markdown(report))


def render_html(report: ReportModel) -> str:
    """One page with its style, its scripts and its pictures inside; every text of a report is escaped."""
    template = _environment().get_template("report.html.j2")
    svgs = {picture.id: Markup(picture.svg) for picture in report.pictures}
    own = [_source(name) for name in ("report.js", "grid.js")]
    language = PageLanguage(*own)
    css = "".join(map(_source, ("colours.css", "drawing.css", "report.css", "grid.css"))) + language.css
    scripts = [language.script, *own]
    html = template.render(
        report=report,
        svgs=svgs,
        css=Markup(css),
        css_hash=csp_hash(css),
        scripts=[Markup(script) for script in scripts],
        script_hashes=[csp_hash(script) for script in scripts],
        grid=inert_json(report.grid.data) if report.grid else None,
        series_of=partial(series_of, extractors=report.extractors),
        switch=language.switch,
        language=_LANGUAGE,
    )
    return html.replace(_LANGUAGE, inert_json(language.data_of(html)), 1)


def render_runs(groups: Mapping[str, Sequence[PastRun]], reports: Mapping[Path, str], folder: Path) -> str:
    """The list of runs as a page.

    :param groups: runs that were judged by the same gold, under a heading.
    :param reports: where the report of a run is, for those that have one.
    """
    language = PageLanguage()
    css = "".join(map(_source, ("colours.css", "report.css"))) + language.css
    html = (
        _environment()
        .get_template("runs.html.j2")
        .render(
            groups=groups,
            reports=reports,
            folder=folder,
            css=Markup(css),
            css_hash=csp_hash(css),
            script=Markup(language.script),
            script_hash=csp_hash(language.script),
            switch=language.switch,
            language=_LANGUAGE,
        )
    )
    return html.replace(_LANGUAGE, inert_json(language.data_of(html) | {"first": in_force()}), 1)


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
    environment.filters.update(
        share=share,
        interval=interval_words,
        rate=rate_words,
        points=points,
        points_interval=points_interval,
        p=p_words,
        cell=markdown_cell,
    )
    return environment


def markdown_cell(text: str) -> str:
    """Text that cannot break a table or be taken for markup."""
    flat = " ".join(str(text).split())
    for char in "\\`*_[]<>|":
        flat = flat.replace(char, f"\\{char}" if char not in "<>" else {"<": "&lt;", ">": "&gt;"}[char])
    return flat


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
