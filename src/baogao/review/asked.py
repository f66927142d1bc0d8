"""What the page asks to save: one thing that a person says of one answer, before it is a decision."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationError

from baogao.errors import UsageError
from baogao.outputs.decisions import Decision
from baogao.schema.values import Span, Strict

MOST = 2000
"""Things that are said at once; more than any schema has fields."""


class Asked(Strict):
    """One thing that a person says; value and words of it are read from the text, not from here."""

    id: str = Field(min_length=8, max_length=64)
    doc_id: str
    text_sha256: str
    """Of the text that the person saw."""
    record_sha256: str | None = None
    """Of the record, as it was read, whose answers the person saw; None where that is not told."""
    key: str = Field(max_length=1000)
    act: Literal["accept", "correct", "none", "absent", "comment", "undo"]
    evidence: list[Span] = Field(default_factory=list)
    value: str | None = Field(default=None, max_length=10_000)
    """Of ``correct``: which of several readings of the evidence; an option; of inferred metadata, what was typed."""
    comment: str = Field(default="", max_length=10_000)
    undoes: str | None = None
    settles: bool = False
    seen: str | None = None
    """The last decision on the key that the person had seen."""


class Step(Strict):
    """What is saved together or not at all, and taken back together."""

    who: str = Field(min_length=1, max_length=100)
    asked: list[Asked] = Field(min_length=1, max_length=MOST)


def read_step(data: object) -> Step:
    """What came from a page.

    :raises UsageError: it is none, in words.
    """
    try:
        step = Step.model_validate(data)
        step.who.encode()
        step.model_dump_json().encode()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        reason = first["msg"]
        raise UsageError(f"this cannot be saved: {place}: {reason}") from error
    except ValueError as error:  # half of a character
        raise UsageError("this cannot be saved: half of a character stands in it") from error
    if not step.who.strip():
        raise UsageError("who says so? A name is needed")
    if len({one.doc_id for one in step.asked}) > 1:
        raise UsageError("what is saved together must be about one report")
    return step


def undone(asked: Asked, saved: list[Decision], who: str) -> Decision:
    """The decision that a person wants to take back.

    :raises UsageError: there is no such decision of theirs on this key.
    """
    found = next((one for one in saved if one.id == asked.undoes), None)
    if found is None or found.who != who or found.key != asked.key or found.act == "undo":
        raise UsageError("there is no such decision of yours to take back")
    return found
