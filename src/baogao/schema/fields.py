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

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from baogao.schema.values import Answer, Item, TextAnswer

Figure = Answer
"""A number that a report states, in one of three states."""
Text = TextAnswer
"""A piece of metadata."""
Items = list[Item]
"""A list of entries, each tied to its head clause."""

FieldKind = Literal["figure", "text", "items"]
Role = Literal["title", "place", "level", "period_start", "period_end", "issuer", "addressee"]
"""What a piece of metadata is to the engine, whatever its field is called."""


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


class Report(BaseModel):
    """A kind of report: metadata (Text), groups of figures, lists (Items); its docstring is its title."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    schema_name: ClassVar[str]
    """The name by which records and gold call it."""
    schema_version: ClassVar[int] = 1
    language: ClassVar[str] = "zh"
    relations: ClassVar[tuple[Relation, ...]] = ()


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

    @property
    def is_rate(self) -> bool:
        """True when the figure is a percentage."""
        return self.unit == "%"


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
    model: type[Report]
    path: Path
    digest: str
    """``sha256:`` and a hex digest of the schema file's name and bytes."""

    @cached_property
    def figures(self) -> tuple[FieldSpec, ...]:
        """The figures, in the schema's order."""
        return tuple(spec for spec in self.specs if spec.kind == "figure")

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
