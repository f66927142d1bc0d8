"""Figures that stand out: from the same place's of the year before, or from those of its peers.

A report prints 13,500 where a year ago 1,300 stood: a misreading, another unit (万), a change of what is counted, or
true. An outlier is a place to look at, not an error, and no record is changed.

Figures are compared on the scale on which they vary. For counts and amounts that is the logarithm: two differ as much
as their ratio says, and 10 times and a tenth are as far away. Rates (in %) are compared by percentage points.

* *Last year*: the same place (names are compared after NFKC and without white space), the same part of the year, the
  year before. A count that is at least 10 times or at most a tenth of it stands out; a rate that is at least 25 points
  away.
* *Peers*: the other places of the same level, at least five that state the field; a place with several reports counts
  once, by its median. A figure stands out that is as far from the median of all as above, and lies far outside of how
  widely they vary by themselves: its modified z-score, 0.6745 × |x − median| / MAD, is above 3.5, where MAD is the
  median of the absolute deviations from the median. Both hold while fewer than half of the places are wrong, other than
  mean and standard deviation. Where more than half of the places have the same figure MAD is 0, and the distance alone
  decides.

The modified z-score and its limit of 3.5 are those of B. Iglewicz and D. Hoaglin, How to Detect and Handle Outliers,
ASQC 1993 (also NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.17); ratios to the last period are the
usual check of surveys (M. A. Hidiroglou and J.-M. Berthelot, Survey Methodology 12, 1986). The factor of 10 is this
project's choice: it is what a lost 万, a shifted point or a joined digit leaves at least.

A figure of 0, of a stated none, below 0 where logarithms are taken, and a range are not judged.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isclose, log10
from statistics import median
from typing import Literal, NamedTuple

from baogao.outputs.subject import Subject
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, shown_value

FACTOR = 10
"""How many times a count is another one where it stands out."""
POINTS = 25
"""How many percentage points a rate is away from another one where it stands out."""
PEERS = 5
"""The fewest places beside a figure's own with which it is compared."""
MOST_Z = 3.5
"""Up to this modified z-score a figure is within how widely its peers vary."""
_NORMAL = 0.6745
"""The MAD of a normal distribution with standard deviation 1."""


@dataclass(frozen=True)
class Outlier:
    """One figure that stands out."""

    doc_id: str
    field: str
    value: float
    against: Literal["last_year", "peers"]
    usual: float
    """Last year's figure, or the median of the peers."""
    places: int = 0
    """How many places the median is of, its own among them; 0 for last year's."""
    rate: bool = False
    """Whether the figures are in per cent, and compared by points."""

    @property
    def distance(self) -> float:
        """How far the figure is away: 1 is just far enough; for a count 2 is a factor of 100."""
        if self.rate:
            return abs(self.value - self.usual) / POINTS
        return abs(log10(self.value / self.usual)) / log10(FACTOR)

    @property
    def message(self) -> str:
        """What stands out, in words."""
        value, usual, places = _shown(self.value), _shown(self.usual), self.places
        if self.rate:
            points = _shown(_rounded(abs(self.value - self.usual)))
            if self.against == "last_year":
                return f"{value}% is {points} points from last year's {usual}%"
            return f"{value}% is {points} points from {usual}%, the median of {places} places"
        times = _shown(float(f"{max(self.value / self.usual, self.usual / self.value):.3g}"))
        if self.against == "last_year":
            if self.value > self.usual:
                return f"{value} is {times} times last year's {usual}"
            return f"last year's {usual} is {times} times {value}"
        if self.value > self.usual:
            return f"{value} is {times} times {usual}, the median of {places} places"
        return f"{usual}, the median of {places} places, is {times} times {value}"


class _Figure(NamedTuple):
    """A figure on the scale on which it is compared."""

    doc_id: str
    subject: Subject
    value: float
    scaled: float

    @property
    def place(self) -> str:
        """Its place; a report that names none is a place of its own."""
        return self.subject.place_key or f"\0{self.doc_id}"


class _Column:
    """The figures of one field, packed: a run may have thousands of reports, and each some dozens of figures."""

    def __init__(self) -> None:
        self._reports, self._values, self._scaled = array("L"), array("d"), array("d")

    def add(self, report: int, value: float, scaled: float) -> None:
        """Take a figure of the report of some number."""
        self._reports.append(report)
        self._values.append(value)
        self._scaled.append(scaled)

    def figures(self, reports: Sequence[tuple[str, Subject]]) -> list[_Figure]:
        """The figures, with the id and the subject of each one's report."""
        packed = zip(self._reports, self._values, self._scaled, strict=True)
        return [_Figure(*reports[number], value, scaled) for number, value, scaled in packed]


class Comparison:
    """The figures of some reports, compared with each other; of each report only these are kept."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._reports: list[tuple[str, Subject]] = []
        self._columns = {spec.id: _Column() for spec in schema.figures}

    def add(self, record: Record) -> None:
        """Take the figures of a report."""
        self._reports.append((record.doc_id, Subject.of(record, self._schema)))
        for spec in self._schema.figures:
            scaled = _scaled(record.fields.get(spec.id), spec)
            if scaled is not None:
                value = float(record.fields[spec.id].number or 0)
                self._columns[spec.id].add(len(self._reports) - 1, value, scaled)

    def outliers(self) -> list[Outlier]:
        """The figures that stand out, the farthest first; one that does so from last year's and from its peers' is
        there twice."""
        found: list[Outlier] = []
        for spec in self._schema.figures:
            figures = self._columns[spec.id].figures(self._reports)
            found += [*_from_last_year(figures, spec), *_from_peers(figures, spec)]
        return sorted(found, key=lambda outlier: -outlier.distance)


def find_outliers(records: Iterable[Record], schema: Schema) -> list[Outlier]:
    """The figures of some reports that stand out, the farthest first."""
    comparison = Comparison(schema)
    for record in records:
        comparison.add(record)
    return comparison.outliers()


def _scaled(answer: Answer | None, spec: FieldSpec) -> float | None:
    """A figure as it is compared; None where it is not."""
    if answer is None or answer.status != "reported" or answer.number is None or answer.upper is not None:
        return None
    if spec.is_rate:
        return float(answer.number)
    return log10(answer.number) if answer.number > 0 else None


def _from_last_year(figures: list[_Figure], spec: FieldSpec) -> Iterator[Outlier]:
    """Those that are far from what the same place printed for the year before; of several, from the nearest."""
    by_period: dict[tuple[object, ...], list[_Figure]] = defaultdict(list)
    for one in figures:
        by_period[one.place, one.subject.year, one.subject.part_of_year].append(one)
    for one in figures:
        if one.subject.year is None:
            continue
        before = by_period.get((one.place, one.subject.year - 1, one.subject.part_of_year))
        if before:
            last = min(before, key=lambda other: abs(one.scaled - other.scaled))
            if _far(one.scaled, last.scaled, spec):
                yield Outlier(one.doc_id, spec.id, one.value, "last_year", last.value, rate=spec.is_rate)


def _from_peers(figures: list[_Figure], spec: FieldSpec) -> Iterator[Outlier]:
    """Those that are far from the median of their level's places, and farther than these vary."""
    levels: dict[str, list[_Figure]] = defaultdict(list)
    for one in figures:
        levels[one.subject.level].append(one)
    for members in levels.values():
        places: dict[str, list[float]] = defaultdict(list)
        for one in members:
            places[one.place].append(one.scaled)
        if len(places) <= PEERS:
            continue
        usual = [median(scaled) for scaled in places.values()]
        middle = median(usual)
        spread = median(abs(scaled - middle) for scaled in usual)
        printed = _rounded(middle if spec.is_rate else 10**middle)
        for one in members:
            z = _NORMAL * abs(one.scaled - middle) / spread if spread else inf
            if z > MOST_Z and _far(one.scaled, middle, spec):
                yield Outlier(one.doc_id, spec.id, one.value, "peers", printed, len(places), spec.is_rate)


def _far(one: float, other: float, spec: FieldSpec) -> bool:
    """Whether two figures, as they are compared, are at least a factor of 10 or 25 points apart."""
    limit = POINTS if spec.is_rate else log10(FACTOR)
    distance = abs(one - other)
    return distance >= limit or isclose(distance, limit, rel_tol=1e-9)


def _shown(value: float) -> str:
    """A figure for people, all its digits."""
    return shown_value(Decimal(repr(value)))


def _rounded(value: float) -> float:
    """What was computed and not printed: four digits."""
    return float(f"{value:.4g}")
