"""Pictures for those who would rather look than read: drawn by altair, turned into SVG without a browser.

Colours are placeholders that the page's style sheet replaces (``svg [fill="#…"]``), so that one drawing serves light
and dark; they are also readable by themselves, for Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from baogao.errors import UsageError
from baogao.evaluation.report.content import Picture, ReportModel

Chart = Any
"""An altair chart; altair is an extra, so its types are not at hand."""

SERIES = ("#0f766e", "#b45309", "#6d28d9", "#be123c", "#1d4ed8", "#4d7c0f")
"""One colour for each extractor, in the order of the run."""
VERDICT_COLOURS = {"correct": "#15803d", "wrong": "#b91c1c", "spurious": "#c2660c", "missing": "#6b7280"}
INK, FAINT, PAPER = "#1c1d1f", "#d9d9d5", "#fefefd"
_FONT = "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_ROW = 8
"""Pixels for one extractor in a field's row."""
_WIDTH = 410
"""Pixels for the plot, labels aside, so that two pictures stand side by side in the page."""


def draw_pictures(report: ReportModel) -> list[Picture]:
    """Every picture that the report has data for.

    :raises UsageError: altair or vl-convert is not installed.
    """
    try:
        import altair
        import vl_convert  # noqa: F401  (what altair writes SVG with)
    except ImportError as error:
        raise UsageError("pictures need the extra: pip install 'baogao[eval]'") from error
    return [
        Picture(name, title, caption, _svg(chart, name))
        for name, title, caption, chart in _Painter(altair, report).charts()
    ]


@dataclass(frozen=True)
class _Painter:
    """Charts of one report; ``alt`` is altair, which is imported only when pictures are wanted."""

    alt: Any
    report: ReportModel

    def charts(self) -> Iterator[tuple[str, str, str, Any]]:
        """Id, title, caption and chart."""
        yield (
            "verdicts",
            "Verdicts by extractor",
            "Every figure that is stated or answered, over all reports; those of failed reports are missing.",
            self.verdicts(),
        )
        if any(row.stated for row in self.report.fields):
            yield (
                "fields",
                "F1 by field",
                "Fields that some report states, with the number of reports that do. A line is the 95% interval; "
                "without one there are too few reports, or all of them agree.",
                self.fields(),
            )
        if self.report.curves:
            yield (
                "risk",
                "Risk against coverage",
                "Keep only the surest answers (left), and the share of wrong ones falls, if confidence means anything.",
                self.risk(),
            )
        if self.report.reliability:
            yield (
                "reliability",
                "Reliability",
                "Answers in ten groups of equal size, by confidence. On the line a confidence is the share of answers "
                "that is right; below it the extractor believes itself too much.",
                self.reliability(),
            )
        if any(row.tokens for row in self.report.costs):
            yield "tokens", "F1 against tokens", "Tokens for each report, prompt and reply together.", self.tokens()

    def verdicts(self) -> Chart:
        alt = self.alt
        order = list(VERDICT_COLOURS)
        values = [
            {
                "extractor": name,
                "verdict": verdict,
                "count": sum(getattr(row.cells[name], verdict) for row in self.report.fields),
                "order": number,
            }
            for name in self.report.extractors
            for number, verdict in enumerate(order)
        ]
        base = alt.Chart(alt.Data(values=values)).encode(
            y=alt.Y("extractor:N", sort=self.report.extractors, title=None),
            x=alt.X("count:Q", stack="zero", title="figures", axis=alt.Axis(tickCount=5)),
            order="order:Q",
        )
        bars = base.mark_bar(height=20).encode(
            color=alt.Color(
                "verdict:N",
                sort=order,
                scale=alt.Scale(domain=order, range=list(VERDICT_COLOURS.values())),
                legend=alt.Legend(title=None, orient="top"),
            )
        )
        return bars.properties(width=_WIDTH, height=34 * len(self.report.extractors))

    def fields(self) -> Chart:
        alt = self.alt
        rows = [row for row in self.report.fields if row.stated]
        names = [f"{row.label}  {row.stated}" for row in rows]
        values = [
            {
                "field": name,
                "extractor": extractor,
                "f1": cell.f1.value,
                "low": cell.f1.interval[0] if cell.f1.interval else None,
                "high": cell.f1.interval[1] if cell.f1.interval else None,
            }
            for name, row in zip(names, rows, strict=True)
            for extractor, cell in row.cells.items()
            if cell.f1.value is not None
        ]
        height = max(1, len(self.report.extractors)) * _ROW + 6
        base = alt.Chart(alt.Data(values=values)).encode(
            y=alt.Y("field:N", sort=names, title=None, axis=alt.Axis(labelLimit=400, grid=True, gridDash=[1, 3])),
            yOffset=alt.YOffset("extractor:N", sort=self.report.extractors),
            color=self._colour(),
        )
        lines = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2, opacity=0.45)
        axis = alt.Axis(orient="top", format=".1f", tickCount=5)
        dots = base.mark_point(filled=True, size=38, opacity=1).encode(
            x=alt.X("f1:Q", scale=alt.Scale(domain=[0, 1]), title="F1", axis=axis)
        )
        drawn = lines.encode(x=alt.X("low:Q", scale=alt.Scale(domain=[0, 1])), x2="high:Q") + dots
        return drawn.properties(width=_WIDTH - 60, height=alt.Step(height, **{"for": "position"}))

    def risk(self) -> Chart:
        alt = self.alt
        values = [
            {"extractor": curve.extractor, "coverage": point.coverage, "risk": point.risk}
            for curve in self.report.curves
            for point in curve.points
        ]
        percent = alt.Axis(format=".0%", tickCount=5)
        return (
            alt.Chart(alt.Data(values=values))
            .mark_line(interpolate="step-before", strokeWidth=2)
            .encode(
                x=alt.X("coverage:Q", scale=alt.Scale(domain=[0, 1]), title="share of answers kept", axis=percent),
                y=alt.Y("risk:Q", title="share of those that is not right", axis=percent),
                color=self._colour("stroke"),
            )
            .properties(width=_WIDTH, height=240)
        )

    def reliability(self) -> Chart:
        """Confidence against the share that is right, on the part of the data that the verdict is about."""
        alt = self.alt
        part = self.report.reliability[0].part
        values = [
            {"extractor": row.extractor, "confidence": one.confidence, "right": one.right, "answers": one.answers}
            for row in self.report.reliability
            for one in row.found.bins
            if row.part == part
        ]
        percent = alt.Axis(format=".0%", tickCount=5)
        scale = alt.Scale(domain=[0, 1])
        base = alt.Chart(alt.Data(values=values)).encode(
            x=alt.X("confidence:Q", scale=scale, title="mean confidence", axis=percent),
            y=alt.Y("right:Q", scale=scale, title="share that is right", axis=percent),
            color=self._colour(),
        )
        ends = alt.Data(values=[{"at": 0}, {"at": 1}])
        ideal = alt.Chart(ends).mark_line(strokeDash=[4, 4], color=VERDICT_COLOURS["missing"])
        drawn = (
            ideal.encode(x=alt.X("at:Q", scale=scale), y=alt.Y("at:Q", scale=scale))
            + base.mark_line(strokeWidth=2, opacity=0.6)
            + base.mark_point(filled=True, size=50, opacity=1)
        )
        return drawn.properties(width=_WIDTH, height=300)

    def tokens(self) -> Chart:
        alt = self.alt
        scores = {row.extractor: row.f1 for row in self.report.headline if row.part == self.report.headline[0].part}
        values = [
            {
                "extractor": row.extractor,
                "tokens": row.tokens,
                "f1": scores[row.extractor].value,
                "low": (scores[row.extractor].interval or (None, None))[0],
                "high": (scores[row.extractor].interval or (None, None))[1],
            }
            for row in self.report.costs
            if scores[row.extractor].value is not None
        ]
        base = alt.Chart(alt.Data(values=values)).encode(
            x=alt.X("tokens:Q", title="tokens a report", axis=alt.Axis(tickCount=5)), color=self._colour()
        )
        y = alt.Scale(zero=False, padding=12)
        lines = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2, opacity=0.45)
        dots = base.mark_point(filled=True, size=90, opacity=1).encode(y=alt.Y("f1:Q", scale=y, title="F1"))
        words = base.mark_text(align="left", dx=8, dy=-8, fontSize=12)
        names = words.encode(y=alt.Y("f1:Q", scale=y), text="extractor:N")
        drawn = lines.encode(y=alt.Y("low:Q", scale=y), y2="high:Q") + dots + names
        return drawn.properties(width=_WIDTH, height=240)

    def _colour(self, symbol: str = "circle") -> Chart:
        names = list(self.report.extractors)
        colours = [SERIES[number % len(SERIES)] for number in range(len(names))]
        legend = self.alt.Legend(title=None, orient="top", symbolType=symbol, symbolOpacity=1)
        scale = self.alt.Scale(domain=names, range=colours)
        return self.alt.Color("extractor:N", sort=names, scale=scale, legend=legend)


def _svg(chart: Chart, name: str) -> str:
    """A chart as SVG; its ids are made its own, because a page holds several drawings."""
    import vl_convert

    styled = chart.configure(background=PAPER, font=_FONT).configure_view(stroke=None)
    styled = styled.configure_axis(
        labelColor=INK,
        titleColor=INK,
        gridColor=FAINT,
        domainColor=FAINT,
        tickColor=FAINT,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        labelFlush=False,
    ).configure_legend(labelColor=INK, labelFontSize=12)
    svg = str(vl_convert.vegalite_to_svg(styled.to_json()))
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)


def colour_of(extractor: str, extractors: Sequence[str]) -> str:
    """The colour of an extractor in every picture."""
    return SERIES[list(extractors).index(extractor) % len(SERIES)]
