"""Drawing in SVG: scales, axes, legends and marks; nothing is measured by a browser.

A drawing names its colours by classes (``ink``, ``line``, ``s0`` …). The page that it stands in has their style, for
light and dark; a drawing in a file of its own carries the same style with it. Text is text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10

Form = Callable[[float], str]
"""How a value is written at an axis."""
SIZE = 12
"""Pixels of the type."""
LEGEND = 24
"""Pixels that a legend takes above a plot."""
_LATIN = 0.58
"""The width of a letter or digit, as a part of the type's size; what is wide is 1."""
_SWATCH = 14
_TICK = 5


def width_of(text: str) -> float:
    """About how many pixels a text is wide."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return SIZE * (wide + _LATIN * (len(text) - wide))


@dataclass(frozen=True)
class Scale:
    """From values to pixels."""

    low: float
    high: float
    start: float
    """The pixel of ``low``."""
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, count: int = 5) -> list[float]:
        """About so many round values from low to high."""
        rough = (self.high - self.low) / count
        power = 10 ** floor(log10(rough))
        step = power * next(nice for nice in (1, 2, 5, 10) if nice * power >= rough * 0.999)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [round(number * step, 10) for number in range(first, last + 1)]


def whole(value: float) -> str:
    """``1,200``."""
    return f"{value:,.0f}"


def percent(value: float) -> str:
    """``20%``."""
    return f"{100 * value:.0f}%"


def decimal(value: float) -> str:
    """``0.85``, without needless zeros."""
    text = f"{value:.3f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


@dataclass
class Drawing:
    """Marks on a sheet; every ``kind`` is a class of the style sheet, ``ink``, ``line``, ``quiet``, ``s0`` …"""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        self.parts.append(f'<path class="{kind}" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"/>')

    def path(self, points: Sequence[tuple[float, float]], kind: str, *, steps: bool = False) -> None:
        """A line through some points; in steps, where each point holds back to the one before."""
        (x, y), *rest = points
        drawn = f"M{_n(x)} {_n(y)}"
        for x, y in rest:
            drawn += f"V{_n(y)}H{_n(x)}" if steps else f"L{_n(x)} {_n(y)}"
        self.parts.append(f'<path class="{kind}" d="{drawn}"/>')

    def dot(self, x: float, y: float, kind: str, radius: float = 3.5, title: str = "") -> None:
        """A filled circle, with words for who points at it."""
        words = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(f'<circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}">{words}</circle>')

    def bar(self, x: float, y: float, width: float, height: float, kind: str, title: str = "") -> None:
        """A filled rectangle, with words for who points at it."""
        words = f"<title>{escape(title)}</title>" if title else ""
        size = f'width="{_n(width)}" height="{_n(height)}"'
        self.parts.append(f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" {size}>{words}</rect>')

    def text(
        self, x: float, y: float, words: str, anchor: str = "start", kind: str = "ink", turned: bool = False
    ) -> None:
        """Words, their middle at ``y``; turned ones are read from below."""
        place = f'x="{_n(x)}" y="{_n(y)}" dy=".35em"'
        place += f' transform="rotate(-90 {_n(x)} {_n(y)})"' if turned else ""
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.parts.append(f'<text class="{kind}" {place}{at}>{escape(words)}</text>')

    def legend(self, x: float, names: Sequence[tuple[str, str]]) -> None:
        """Names, each behind a dot of its kind, in one line at the top."""
        for name, kind in names:
            self.dot(x + 4, LEGEND / 2 - 2, kind, 4.5)
            self.text(x + _SWATCH, LEGEND / 2 - 2, name)
            x += _SWATCH + width_of(name) + 16

    def across(self, scale: Scale, top: float, bottom: float, words: str, form: Form, *, above: bool = False) -> None:
        """A horizontal axis with lines through the plot; its words below, or above it."""
        edge, away = (top, -1) if above else (bottom, 1)
        for value in scale.ticks():
            self.line(scale(value), top, scale(value), bottom + (0 if above else _TICK), "line")
            self.text(scale(value), edge + away * (_TICK + 9), form(value), "middle")
        self.text((scale.start + scale.end) / 2, edge + away * (_TICK + 27), words, "middle")

    def upwards(self, scale: Scale, left: float, right: float, words: str, form: Form) -> None:
        """A vertical axis with lines through the plot; its words at the left edge."""
        for value in scale.ticks():
            self.line(left - _TICK, scale(value), right, scale(value), "line")
            self.text(left - _TICK - 4, scale(value), form(value), "end")
        self.text(10, (scale.start + scale.end) / 2, words, "middle", turned=True)

    def svg(self, name: str, title: str, told: str) -> str:
        """The drawing, to stand in a page.

        :param name: what its ids begin with.
        :param told: what it shows, for who cannot see it.
        """
        size = f'width="{_n(self.width)}" height="{_n(self.height)}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" {size} '
            f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" aria-labelledby="{name}-title {name}-told">'
            f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-told">{escape(told)}</desc>\n'
            + "\n".join(self.parts)
            + "\n</svg>"
        )


def _n(number: float) -> str:
    """A length without needless digits."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
