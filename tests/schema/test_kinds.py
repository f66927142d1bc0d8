"""Which kind of field an annotation asks for, and a model of pydantic that knows nothing of baogao."""

from __future__ import annotations

import datetime
from decimal import Decimal
from enum import Enum
from typing import Literal, Optional

import pytest
from pydantic import BaseModel

from baogao.errors import SchemaError
from baogao.schema import Choice, Date, Figure, Items, Quote, Text, load_schema
from baogao.schema.kinds import Annotation, annotation_of


class Colour(Enum):
    """Options that are not their names."""

    RED = "红"
    GREEN = "绿"


class Inner(BaseModel):
    """A model in a model."""

    name: str


YES_NO = ("是", "否")


@pytest.mark.parametrize(
    ("hint", "kind", "options"),
    [
        (int, "figure", ()),
        (float, "figure", ()),
        (Decimal, "figure", ()),
        (str, "quote", ()),
        (bool, "choice", YES_NO),
        (Literal["a", "b"], "choice", ("a", "b")),
        (Literal[1, 2], "choice", ("1", "2")),
        (Colour, "choice", ("红", "绿")),
        (datetime.date, "date", ()),
        (datetime.datetime, "date", ()),
        (list[str], "items", ()),
    ],
)
def test_plain_annotations(hint, kind, options):
    """Each is the short form of a kind; one that may be None is the same."""
    expected = Annotation(kind, plain=True, options=options)
    assert annotation_of(hint, "zh") == expected
    assert annotation_of(hint | None, "zh") == expected
    assert annotation_of(Optional[hint], "zh") == expected  # noqa: UP045 - many models are written so


@pytest.mark.parametrize(
    ("hint", "kind"),
    [(Figure, "figure"), (Text, "text"), (Items, "items"), (Choice, "choice"), (Date, "date"), (Quote, "quote")],
)
def test_kinds_of_baogaos_own(hint, kind):
    """They need an Ask, and only a choice has options before it."""
    annotation = annotation_of(hint, "zh")
    assert (annotation.kind, annotation.plain) == (kind, False)
    assert annotation.options == (YES_NO if kind == "choice" else ())


def test_models_are_groups_and_rows():
    """One alone is a group, a list of it rows."""
    assert annotation_of(Inner, "zh") == Annotation("group", plain=True, model=Inner)
    assert annotation_of(list[Inner], "zh") == Annotation("rows", plain=True, model=Inner)


@pytest.mark.parametrize("hint", [bytes, dict[str, int], list[int], list, int | str, int | str | None, set[str], None])
def test_what_is_no_kind_of_field(hint):
    """It is not guessed at."""
    assert annotation_of(hint, "zh") is None


def test_yes_and_no_are_words_of_the_reports_language():
    """Chinese for Chinese reports, English for all others."""
    assert annotation_of(bool, "en").options == ("yes", "no")
    assert annotation_of(Choice, "fr").options == ("yes", "no")


PLAIN = '''\
from datetime import date
from enum import Enum
from typing import Literal, Optional

from pydantic import BaseModel, Field


class Stage(str, Enum):
    BUILT = "built"
    PLANNED = "planned"


class Project(BaseModel):
    name: str
    cost: Optional[float] = Field(None, description="in million yuan")
    stage: Stage | None = None


class Money(BaseModel):
    """What was spent."""

    budget: float | None = Field(default=None, description="revenue of the year")


class AnnualReport(BaseModel):
    """A report on the year."""

    GENERAL: str = "not asked"


class YearlyReport(BaseModel):
    """A report on the year."""

    mayor: str = Field(title="Name of the mayor", description="as printed")
    population: int
    met: bool | None = None
    outlook: Literal["good", "fair"] = "good"
    signed: date
    money: Money
    problems: list[str] = []
    projects: list[Project] = []
'''


@pytest.fixture
def plain(tmp_path):
    """A file of pydantic models alone."""
    path = tmp_path / "yearly.py"
    start, end = PLAIN.index("class AnnualReport"), PLAIN.index("class YearlyReport")
    path.write_text(PLAIN[:start] + PLAIN[end:], encoding="utf-8")
    return load_schema(path)


def test_an_unchanged_model_is_a_schema(plain):
    """Its outermost model is the report; what it holds are groups and rows; defaults do not matter."""
    assert (plain.name, plain.title, plain.groups) == (
        "yearly_report",
        "A report on the year.",
        {"money": "What was spent."},
    )
    assert [(spec.id, spec.kind) for spec in plain.specs] == [
        ("mayor", "quote"),
        ("population", "figure"),
        ("met", "choice"),
        ("outlook", "choice"),
        ("signed", "date"),
        ("budget", "figure"),
        ("problems", "items"),
        ("projects", "rows"),
    ]
    assert plain.by_id["outlook"].options == ("good", "fair")
    (projects,) = plain.rows
    assert [(cell.id, cell.kind) for cell in projects.cells] == [
        ("name", "quote"),
        ("cost", "figure"),
        ("stage", "choice"),
    ]
    assert projects.cells[2].options == ("built", "planned")
    assert projects.named_by is projects.cells[0]


def test_titles_and_names_are_labels(plain):
    """A title first, else the name in words; descriptions are notes, and one may be missing."""
    mayor, population = plain.by_id["mayor"], plain.by_id["population"]
    assert (mayor.label, mayor.note) == ("Name of the mayor", "as printed")
    assert (population.label, population.note) == ("population", "")


def test_two_outermost_models_are_an_error(tmp_path):
    """Which of them is the report is not guessed."""
    path = tmp_path / "yearly.py"
    path.write_text(PLAIN, encoding="utf-8")
    with pytest.raises(
        SchemaError, match=r"line 31: there must be one outermost model; there is: AnnualReport, Yearly"
    ):
        load_schema(path)
