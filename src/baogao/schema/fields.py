"""The kinds of field a schema can have, and the Schema that the engine works from.

A schema file is plain pydantic: one model for each group of figures, one for the report::

    class Enforcement(Group):
        \"\"\"行政执法\"\"\"

        case_files_reviewed: Annotated[Figure, Ask("执法案卷评查数", unit="卷", terms=["案卷评查", "评查案卷"])]
        \"\"\"监督机关组织评查、抽查的执法案卷数。各单位自查的不算。\"\"\"

    class LawBasedGovernment(Report):
        \"\"\"法治政府建设情况报告\"\"\"

        title: Annotated[Text, Ask("报告标题")]
        \"\"\"…\"\"\"
        enforcement: Enforcement
        problems: Annotated[Items, Ask("存在的问题")]
        \"\"\"…\"\"\"

The docstring below a field is its note: what it means, for annotators, prompts and readers alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from baogao.chinese.word_finder import WordFinder
from baogao.choices import ReportingYear
from baogao.schema.units import Unit, Units
from baogao.schema.values import Answer, Item, TextAnswer
from baogao.schema.wording import Wording


class Figure(Answer):
    """A number that a report states, in one of three states."""


class Choice(Answer):
    """One of several options, with the words that decide it; two, by default: yes and no."""


class Date(Answer):
    """A date, or a month, that a report prints: ``2025-01-08``."""


class Quote(Answer):
    """Words as a report prints them: a name, a title, a legal basis."""


Text = TextAnswer
"""A piece of metadata."""
Items = list[Item]
"""A list of entries, each tied to its head clause."""

FieldKind = Literal["figure", "text", "items", "choice", "date", "quote", "rows"]
Role = Literal["title", "place", "level", "period_start", "period_end", "issuer", "addressee"]
"""What a piece of metadata is to the engine, whatever its field is called."""
AskedPeriod = Literal["this", "last", "next", "cumulative", "any"]
"""Which period a figure is of: the reported one, the one before, what is to come, a total over several, any of them."""
Cue = Literal["prior_year", "growth", "target", "cumulative", "part", "sub_unit"]
"""What the words around a figure say of it: whose it is, and when; see ``baogao.candidates.cues``."""
Printed = Literal["number", "range", "rank", "ratio"]
"""A number; two bounds of one (6.5%-7%); a place in an order (第3位); a part of a ratio (15:62:23)."""
_SAID = Wording()
_OTHER_TIMES: frozenset[Cue] = frozenset({"prior_year", "growth", "target", "cumulative"})
_CUE_OF: Mapping[AskedPeriod, Cue] = {"last": "prior_year", "next": "target", "cumulative": "cumulative"}


@dataclass(frozen=True)
class Ask:
    """What a field asks for, beside the note in its docstring."""

    label: str
    """Its name in the reports' own language: what a form prints in front of the blank."""
    unit: str = ""
    additive: bool = False
    """True where separately printed parts may be summed; every part is then evidence."""
    terms: Sequence[str] = ()
    """Words by which reports call it, for choosing which fields to ask about in a passage."""
    pattern: str = ""
    """For a Text that is inferred and not copied: a regular expression that its value must match."""
    role: Role | None = None
    """For a Text that the engine needs to know: the report's title heads its page."""
    period: AskedPeriod = "this"
    """For a Figure: which period's figure is asked for."""
    allow: Sequence[Cue] = ()
    """For a Figure: what else may be said of it. A rate of growth allows ``growth``, a figure of one part ``part``."""
    signed: bool = False
    """For a Figure: True where a decrease (下降2.3%, -2.3%) is a negative value."""
    takes: Sequence[Printed] = ("number",)
    """For a Figure: in which forms it may be printed."""
    options: Sequence[str] = ()
    """For a Choice: the answers that it may have; yes and no where none are given."""
    key: bool = False
    """For a cell of a Row: True where it names the row. Where none does, the first Quote is it."""


@dataclass(frozen=True)
class Relation:
    """Arithmetic that should hold between fields; it raises or lowers trust and never makes up a value."""

    kind: Literal["rate", "ordered", "parts"]
    """``rate``: first = second / third in per cent. ``ordered``: each at most the one before.
    ``parts``: first = sum of the rest."""
    fields: tuple[str, ...]


class Group(BaseModel):
    """A group of figures; its docstring is its label."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class Row(BaseModel):
    """A small record; ``list[…]`` of it in the report are rows. Its cells are figures, choices, dates, quotes."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class Report(BaseModel):
    """A kind of report: metadata (Text), groups of figures, lists (Items, rows); its docstring is its title."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    schema_name: ClassVar[str]
    """The name by which records and gold call it."""
    schema_version: ClassVar[int] = 1
    language: ClassVar[str] = "zh"
    relations: ClassVar[tuple[Relation, ...]] = ()
    reporting_year: ClassVar[ReportingYear] = "title"
    units: ClassVar[tuple[Unit, ...]] = ()
    """Units that its fields or its reports use and that baogao does not know."""
    wording: ClassVar[Wording] = _SAID
    """What its prompts say of figures that answer nothing."""


@dataclass(frozen=True)
class FieldSpec:
    """One field as the engine sees it."""

    id: str
    kind: FieldKind
    label: str
    note: str
    unit: str = ""
    group: str = ""
    additive: bool = False
    terms: tuple[str, ...] = ()
    pattern: str = ""
    role: Role | None = None
    period: AskedPeriod = "this"
    allow: frozenset[Cue] = frozenset()
    signed: bool = False
    takes: frozenset[Printed] = frozenset({"number"})
    options: tuple[str, ...] = ()
    key: bool = False
    cells: tuple[FieldSpec, ...] = ()
    """Of rows: what each holds."""
    units: Units = field(default_factory=Units, repr=False)
    """Those of its schema, for the figure to be given in its own unit."""

    @property
    def is_rate(self) -> bool:
        """True when the figure is a percentage."""
        return self.unit == "%"

    @property
    def is_share(self) -> bool:
        """True when the figure is a percentage of a whole, and not a rate of growth."""
        return self.is_rate and not self.signed and "growth" not in self.allow

    @cached_property
    def excludes(self) -> frozenset[Cue]:
        """Cues of another time, or of a change, with which a candidate does not answer the field."""
        return frozenset() if self.period == "any" else _OTHER_TIMES - self.allow - self.needs

    @cached_property
    def needs(self) -> frozenset[Cue]:
        """Cues without which a candidate does not answer the field: those of the period that is asked for."""
        return frozenset({_CUE_OF[self.period]} if self.period in _CUE_OF else ())

    @property
    def named_by(self) -> FieldSpec | None:
        """Of rows: the cell that names one; None where none does."""
        marked = (cell for cell in self.cells if cell.key)
        return next(marked, None) or next((cell for cell in self.cells if cell.kind == "quote"), None)


@dataclass(frozen=True)
class Sought:
    """What of a report's print a schema asks about, beside plain numbers, phrases that say "none", and entries."""

    year: ReportingYear = "title"
    kinds: frozenset[Literal["number", "range", "rank", "ratio", "date"]] = frozenset()
    signed: bool = False
    """Whether numbers with a sign (较上年-12件) answer anything."""
    units: tuple[str, ...] = ()
    """Spellings of units that the grammar does not know, longest first."""


@dataclass(frozen=True)
class Schema:
    """A loaded schema; see ``baogao.schema.load``."""

    name: str
    title: str
    version: int
    language: str
    specs: tuple[FieldSpec, ...]
    groups: dict[str, str]
    """Group id to label, in order."""
    relations: tuple[Relation, ...]
    model: type[BaseModel]
    path: Path
    digest: str
    """``sha256:`` and a hex digest of the schema file's name and bytes."""
    units: Units
    sought: Sought = field(default_factory=Sought)
    wording: Wording = _SAID

    @cached_property
    def fields(self) -> tuple[FieldSpec, ...]:
        """What is answered once, by a figure or by words: figures, choices, dates, quotes, in the schema's order."""
        return tuple(spec for spec in self.specs if spec.kind in ("figure", "choice", "date", "quote"))

    @cached_property
    def linked(self) -> tuple[FieldSpec, ...]:
        """Those for which a model names a candidate: figures and dates."""
        return tuple(spec for spec in self.fields if spec.kind in ("figure", "date"))

    @cached_property
    def worded(self) -> tuple[FieldSpec, ...]:
        """Those that words answer: choices, dates and quotes."""
        return tuple(spec for spec in self.fields if spec.kind != "figure")

    @cached_property
    def rows(self) -> tuple[FieldSpec, ...]:
        """The lists of records, in the schema's order."""
        return tuple(spec for spec in self.specs if spec.kind == "rows")

    @cached_property
    def figures(self) -> tuple[FieldSpec, ...]:
        """The figures, in the schema's order."""
        return tuple(spec for spec in self.specs if spec.kind == "figure")

    @cached_property
    def counted(self) -> tuple[FieldSpec, ...]:
        """The figures, those in lists of records too."""
        return *self.figures, *(cell for spec in self.rows for cell in spec.cells if cell.kind == "figure")

    @cached_property
    def figure_words(self) -> WordFinder:
        """Finds the label and the terms of every figure in a text, by its id."""
        return WordFinder([(word, spec.id) for spec in self.counted for word in (spec.label, *spec.terms)])

    @cached_property
    def metadata(self) -> tuple[FieldSpec, ...]:
        """The metadata fields, in the schema's order."""
        return tuple(spec for spec in self.specs if spec.kind == "text")

    @cached_property
    def lists(self) -> tuple[FieldSpec, ...]:
        """The lists, in the schema's order."""
        return tuple(spec for spec in self.specs if spec.kind == "items")

    @cached_property
    def by_id(self) -> dict[str, FieldSpec]:
        """Every field by its id."""
        return {spec.id: spec for spec in self.specs}

    def id_of(self, role: Role) -> str | None:
        """The id of the field that has a role; None where no field has it."""
        return next((spec.id for spec in self.metadata if spec.role == role), None)
