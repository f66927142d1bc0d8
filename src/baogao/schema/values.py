"""The values that fields take: a figure in one of three states, a piece of metadata, a list item."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

Span = tuple[int, int]
Bound = Literal["exact", "over", "under", "about"]
Status = Literal["reported", "reported_none", "not_reported"]


MOST_DIGITS = 40
"""Before the point, and after it."""


def plain_number(value: Decimal) -> int | float:
    """A decimal as the JSON number that prints the same: 135 stays an int, 98.48 a float."""
    return int(value) if value == value.to_integral_value() else float(value)


def plain_value(value: Decimal | str) -> int | float | str:
    """A value as JSON has it."""
    return value if isinstance(value, str) else plain_number(value)


def shown_value(value: Decimal | str, upper: Decimal | None = None) -> str:
    """A value in words for people, all its digits: 65,000, 98.48, 2025-01-08; 6.5–7 where it has another bound."""
    if upper is not None:
        return f"{shown_value(value)}–{shown_value(upper)}"
    return value if isinstance(value, str) else f"{value.normalize():,f}"


def _of_sane_size(value: Decimal) -> Decimal:
    """A few characters of JSON can stand for a number that would fill the memory when it is written out."""
    if not value.is_finite() or abs(value.adjusted()) > MOST_DIGITS or len(value.as_tuple().digits) > 2 * MOST_DIGITS:
        raise ValueError(f"a figure of more than {MOST_DIGITS} digits")
    return value


Number = Annotated[
    Decimal, AfterValidator(_of_sane_size), PlainSerializer(plain_number, return_type=int | float, when_used="json")
]


def _number_if_it_is_one(value: object) -> object:
    """Digits in quotes are a number: what anybody may write is held to the same size."""
    try:
        return Decimal(value) if isinstance(value, str) else value
    except ArithmeticError:
        return value


Value = Annotated[Number | str, BeforeValidator(_number_if_it_is_one)]
"""A number; or, of a choice, a date, a quote, words."""


class _Read:
    """What is read from a text can say where; the text itself is not part of it."""

    @cached_property
    def sentence(self) -> str | None:
        """The sentence that it was read from, of a sum those of its parts; None for silence, and where it was read back
        from a file (see :meth:`tell`). It is not written to files, and does not make two answers differ."""
        return None

    def tell(self, sentence: str | None) -> None:
        """Say which sentence it was read from."""
        vars(self)["sentence"] = sentence


class Strict(BaseModel):
    """A model that refuses keys it does not know, so that a misspelt field is an error and not a silence."""

    model_config = ConfigDict(extra="forbid")


Act = Literal["accept", "correct", "none", "absent"]
"""What a person made of an answer: right as it is; another one; the text says that there was none; it says nothing."""


class Reviewed(Strict):
    """That a person looked at an answer, and what became of it."""

    who: str
    at: str
    """When, ISO 8601 in UTC."""
    act: Act
    comment: str = Field(default="", exclude_if=lambda comment: not comment)


class HeldBack(_Read, Strict):
    """An answer that was found and not given, because it is not sure enough: for a person to look at."""

    status: Literal["reported", "reported_none"]
    value: Value
    upper: Number | None = Field(default=None, exclude_if=lambda upper: upper is None)
    bound: Bound | None = None
    unit: str | None = None
    evidence: list[Span]
    text: str
    page: int | None = None
    confidence: float
    """Between 0 and 1."""
    by: str
    reason: str
    """Why it is held back, in words."""


class Answer(_Read, Strict):
    """What a report says of one field. Silence is ``not_reported``, never zero."""

    status: Status
    value: Value | None = None
    """A number in the field's unit, 0 when ``reported_none``; of a choice its option, of a date ``YYYY-MM-DD`` or its
    first parts, of a quote its words without white space."""
    upper: Number | None = Field(default=None, exclude_if=lambda upper: upper is None)
    """The other bound, where a range is printed: 6.5%-7%."""
    bound: Bound | None = None
    unit: str | None = None
    """As printed."""
    evidence: list[Span] | None = None
    """The characters of the figure, or the words that decide; several spans where an additive field was summed."""
    text: str | None = None
    """The characters at ``evidence``, joined by “、”."""
    page: int | None = None
    """The page of the first of them, counted from 1; None for what has no pages."""
    confidence: float | None = None
    """Between 0 and 1."""
    by: str | None = None
    """Which extractor spoke: ``rules``, ``llm``, or both, ``rules+llm``; ``llm:NAME`` of each of several models."""
    held_back: HeldBack | None = None
    """Only with ``not_reported``: what would have been the answer."""
    reviewed: Reviewed | None = Field(default=None, exclude_if=lambda reviewed: reviewed is None)
    """That a person looked at it; ``by`` is then ``person`` where the answer is that person's own."""

    @property
    def number(self) -> Decimal | None:
        """The value where it is a number."""
        return self.value if isinstance(self.value, Decimal) else None


class TextAnswer(Strict):
    """A piece of metadata: its value, and where it is printed (empty when it follows from other words)."""

    value: str | None = None
    evidence: list[Span] = Field(default_factory=list)
    reviewed: Reviewed | None = Field(default=None, exclude_if=lambda reviewed: reviewed is None)


class Item(Strict):
    """One entry of a list."""

    text: str
    evidence: list[Span]
    page: int | None = None
    reviewed: Reviewed | None = Field(default=None, exclude_if=lambda reviewed: reviewed is None)
