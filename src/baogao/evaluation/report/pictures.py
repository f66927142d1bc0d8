"""Pictures for those who would rather look than read. Their colours are those of ``colours.css``, by class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from math import floor

from baogao.evaluation.report.content import Picture, ReportModel
from baogao.evaluation.report.svg import LEGEND, Drawing, Scale, decimal, percent, whole, width_of

SERIES = 6
"""So many colours there are for extractors, ``s0`` to ``s5``, in the order of the run."""
VERDICTS = ("correct", "wrong", "spurious", "missing")
_TEMPLATES = files("baogao.evaluation.report") / "templates"
_WIDTH = 410
"""Pixels for the plot, labels aside, so that two pictures stand side by side in the page."""
_ROW = 8
"""Pixels for one extractor in a field's row."""
_RIGHT = 16
"""Pixels beside a plot, for the last number of its axis."""
_BELOW = 46
"""Pixels for the words of an axis."""
_LEFT = 62
"""Pixels for the words and numbers of a vertical axis."""


def draw_pictures(report: ReportModel) -> list[Picture]:
    """Every picture that the report has data for."""
    return list(_drawn(report))


def picture_file(picture: Picture) -> str:
    """A picture as a file of its own, with its style."""
    style = "\n".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in ("colours.css", "drawing.css"))
    head, rest = picture.svg.split("<title", 1)
    paper = '<rect class="paper" width="100%" height="100%"/>'
    told, marks = rest.split("</desc>\n", 1)
    return f"{head}<title{told}</desc>\n<style>\n{style}</style>\n{paper}\n{marks}\n"


def _drawn(report: ReportModel) -> Iterator[Picture]:
    def picture(name: str, title: str, caption: str, draw: Callable[[ReportModel], tuple[Drawing, str]]) -> Picture:
        drawing, told = draw(report)
        return Picture(name, title, caption, drawing.svg(f"{name}-drawing", title, told or caption))

    yield picture(
        "verdicts",
        "Verdicts by extractor",
        "Every figure that is stated or answered, over all reports; those of failed reports are missing.",
        _verdicts,
    )
    if any(row.stated for row in report.fields):
        yield picture(
            "fields",
            "F1 by field",
            "Fields that some report states, with the number of reports that do. A line is the 95% interval; "
            "without one there are too few reports, or all of them agree.",
            _fields,
        )
    if report.curves:
        yield picture(
            "risk",
            "Risk against coverage",
            "Keep only the surest answers (left), and the share of wrong ones falls, if confidence means anything.",
            _risk,
        )
    if report.reliability:
        yield picture(
            "reliability",
            "Reliability",
            "Answers in ten groups of equal size, by confidence. On the line a confidence is the share of answers "
            "that is right; below it the extractor believes itself too much.",
            _reliability,
        )
    if any(row.tokens for row in report.costs):
        yield picture("tokens", "F1 against tokens", "Tokens for each report, prompt and reply together.", _tokens)


def _verdicts(report: ReportModel) -> tuple[Drawing, str]:
    counts = {
        name: {verdict: sum(getattr(row.cells[name], verdict) for row in report.fields) for verdict in VERDICTS}
        for name in report.extractors
    }
    left = max(width_of(name) for name in report.extractors) + 10
    bottom = LEGEND + 34 * len(counts)
    drawing = Drawing(left + _WIDTH + _RIGHT, bottom + _BELOW)
    drawing.legend(left, [(verdict, verdict) for verdict in VERDICTS])
    scale = Scale(0, max(1, *(sum(one.values()) for one in counts.values())), left, left + _WIDTH)
    drawing.across(scale, LEGEND, bottom, "figures", whole)
    for number, (name, one) in enumerate(counts.items()):
        y, done = LEGEND + 34 * number + 7, 0
        drawing.text(left - 8, y + 10, name, "end")
        for verdict, count in one.items():
            if count:
                drawing.bar(
                    scale(done), y, scale(done + count) - scale(done), 20, verdict, f"{name}: {count} {verdict}"
                )
            done += count
    told = [
        f"{name}: " + ", ".join(f"{count} {verdict}" for verdict, count in one.items()) for name, one in counts.items()
    ]
    return drawing, "; ".join(told)


def _fields(report: ReportModel) -> tuple[Drawing, str]:
    rows = [row for row in report.fields if row.stated]
    names = {row.id: f"{row.label}  {row.stated}" for row in rows}
    left = max(width_of(name) for name in names.values()) + 10
    height = len(report.extractors) * _ROW + 6
    top = LEGEND + 40
    bottom = top + height * len(rows)
    drawing = Drawing(left + _WIDTH - 60 + _RIGHT, bottom + 8)
    drawing.legend(left, _legend(report))
    scale = Scale(0, 1, left, left + _WIDTH - 60)
    drawing.across(scale, top, bottom, "F1", decimal, above=True)
    for place, row in enumerate(rows):
        y = top + height * place
        drawing.text(left - 8, y + height / 2, names[row.id], "end")
        drawing.line(left, y + height / 2, scale(1), y + height / 2, "line dashed")
        for number, name in enumerate(report.extractors):
            f1, middle = row.cells[name].f1, y + 3 + _ROW * (number + 0.5)
            kind = series_of(name, report.extractors)
            if f1.value is None:
                continue
            if f1.interval:
                drawing.line(scale(f1.interval[0]), middle, scale(f1.interval[1]), middle, f"{kind} range")
            drawing.dot(scale(f1.value), middle, kind, title=f"{row.label}, {name}: {decimal(f1.value)}")
    return drawing, ""


def _risk(report: ReportModel) -> tuple[Drawing, str]:
    highest = max(point.risk for curve in report.curves for point in curve.points)
    drawing, x, y = _plot(report, (0, 1), (0, max(0.01, highest * 1.05)), 240)
    drawing.across(x, y.end, y.start, "share of answers kept", percent)
    drawing.upwards(y, x.start, x.end, "share of those that is not right", percent if highest > 0.04 else _fine)
    for curve in report.curves:
        points = [(x(point.coverage), y(point.risk)) for point in curve.points]
        drawing.path(points, f"{series_of(curve.extractor, report.extractors)} curve", steps=True)
    return drawing, ""


def _reliability(report: ReportModel) -> tuple[Drawing, str]:
    """On the part of the data that the verdict is about."""
    drawing, x, y = _plot(report, (0, 1), (0, 1), 300)
    drawing.across(x, y.end, y.start, "mean confidence", percent)
    drawing.upwards(y, x.start, x.end, "share that is right", percent)
    drawing.path([(x(0), y(0)), (x(1), y(1))], "quiet dashed")
    for row in (one for one in report.reliability if one.part == report.reliability[0].part):
        kind = series_of(row.extractor, report.extractors)
        bins = [one for one in row.found.bins if one.answers]
        if bins:
            drawing.path([(x(one.confidence), y(one.right)) for one in bins], f"{kind} curve faint")
        for one in bins:
            sure, right = decimal(one.confidence), decimal(one.right)
            told = f"{row.extractor}: {one.answers} answers, confidence {sure}, {right} right"
            drawing.dot(x(one.confidence), y(one.right), kind, 4, told)
    return drawing, ""


def _tokens(report: ReportModel) -> tuple[Drawing, str]:
    part = report.headline[0].part
    scores = {row.extractor: row.f1 for row in report.headline if row.part == part}
    shown = [(row, scores[row.extractor]) for row in report.costs]
    known = [(row, f1, f1.value) for row, f1 in shown if f1.value is not None]
    ends = [end for _, f1, value in known for end in (value, *(f1.interval or ()))] or [0, 1]
    low = max(0.0, floor((min(ends) - 0.02) * 20) / 20)
    most = max((row.tokens for row, _, _ in known), default=1) or 1
    drawing, x, y = _plot(report, (0, most * 1.15), (low, max(1.0, low + 0.05)), 240)
    drawing.across(x, y.end, y.start, "tokens a report", whole)
    drawing.upwards(y, x.start, x.end, "F1", decimal)
    for row, f1, value in known:
        kind = series_of(row.extractor, report.extractors)
        if f1.interval:
            drawing.line(x(row.tokens), y(f1.interval[0]), x(row.tokens), y(f1.interval[1]), f"{kind} range")
        drawing.dot(
            x(row.tokens), y(value), kind, 5, f"{row.extractor}: F1 {decimal(value)}, {whole(row.tokens)} tokens"
        )
        drawing.text(x(row.tokens) + 9, y(value) - 9, row.extractor)
    told = [f"{row.extractor}: F1 {decimal(value)} with {whole(row.tokens)} tokens" for row, _, value in known]
    return drawing, "; ".join(told)


def _plot(
    report: ReportModel, across: tuple[float, float], upwards: tuple[float, float], height: float
) -> tuple[Drawing, Scale, Scale]:
    """A sheet with a legend, and the two scales of its plot."""
    top = LEGEND + 12
    drawing = Drawing(_LEFT + _WIDTH + _RIGHT, top + height + _BELOW)
    drawing.legend(_LEFT, _legend(report))
    return drawing, Scale(*across, _LEFT, _LEFT + _WIDTH), Scale(*upwards, top + height, top)


def _legend(report: ReportModel) -> list[tuple[str, str]]:
    return [(name, series_of(name, report.extractors)) for name in report.extractors]


def _fine(value: float) -> str:
    """``0.5%``."""
    return f"{100 * value:.1f}%"


def series_of(extractor: str, extractors: Sequence[str]) -> str:
    """The class of an extractor in every picture and table."""
    return f"s{list(extractors).index(extractor) % SERIES}"
