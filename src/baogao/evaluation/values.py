"""Values of every kind: which are the same, and what a date is."""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal
from typing import Literal, Protocol

from baogao.schema.fields import AskedPeriod, FieldKind, FieldSpec, Schema
from baogao.schema.values import plain_number

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_QUOTATION_MARKS = "《》〈〉“”‘’「」『』\"'"

AskedFor = Literal["level", "growth", "target", "rank", "ratio", "prior year", "cumulative", "any period"]
"""What a figure asks for, as far as its field says: a level of the period, or something else."""
_OF_PERIOD: dict[AskedPeriod, AskedFor] = {
    "last": "prior year",
    "next": "target",
    "cumulative": "cumulative",
    "any": "any period",
}


class Valued(Protocol):
    """An answer, or a reading of gold."""

    @property
    def value(self) -> Decimal | str | None:
        """What is said; None for silence."""

    @property
    def upper(self) -> Decimal | None:
        """The other bound of a range."""


def same_value(a: Valued, b: Valued, kind: FieldKind = "figure") -> bool:
    """Whether two say the same.

    Figures are compared as decimals, exactly, both bounds of a range: 12.0 is 12, 26.5 is not 26.4. Words are the same
    after NFKC and without white space, quotes also without the quotation marks around them; a choice is compared as it
    is written.
    """
    if a.value is None or b.value is None:
        return a.value is b.value
    if kind == "figure":
        return (a.value, a.upper) == (b.value, b.upper)
    if kind == "choice":
        return words(a.value) == words(b.value)
    return key_of(a.value, kind) == key_of(b.value, kind)


def key_of(value: Decimal | str, kind: FieldKind) -> str:
    """What two values of one kind have in common where they are the same words."""
    text = fold(words(value))
    return (text.strip(_QUOTATION_MARKS) or text) if kind == "quote" else text


def words(value: Decimal | str) -> str:
    """A value as words: digits in quotes are read as a number, whatever they are of."""
    return value if isinstance(value, str) else str(plain_number(value))


def fold(text: str) -> str:
    """A text after NFKC, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_date(text: str) -> bool:
    """Whether it is a date of the calendar as records write it, or its first parts: 2025-01-08, 2025-01, 2025."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def asked_for(spec: FieldSpec) -> AskedFor:
    """What a figure asks for."""
    if "number" not in spec.takes and "rank" in spec.takes:
        return "rank"
    if "ratio" in spec.takes:
        return "ratio"
    if spec.period != "this":
        return _OF_PERIOD[spec.period]
    return "growth" if "growth" in spec.allow else "level"


def is_plain(spec: FieldSpec) -> bool:
    """Whether it is a figure of the period, printed as a number, in a unit without a scale word."""
    if spec.kind != "figure" or asked_for(spec) != "level" or spec.takes != {"number"} or spec.signed:
        return False
    return spec.unit == spec.units.name_of(spec.unit)


def has_plain_figures_only(schema: Schema) -> bool:
    """Whether a schema asks for nothing but such figures, metadata and lists of entries."""
    return not schema.rows and all(map(is_plain, schema.fields))


def version_said(schema: Schema) -> int | None:
    """The version of its schema that a gold file says; as of the first version, when there were only figures, none."""
    return None if schema.version == 1 and has_plain_figures_only(schema) else schema.version
