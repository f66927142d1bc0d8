"""What the page shows of a record: its text in pieces, and every answer with the places it was read from.

The pieces are cut here and not in the browser, because offsets count characters and a browser counts UTF-16 units.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from baogao.errors import UsageError
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, HeldBack, Span


@dataclass(frozen=True)
class Piece:
    """A stretch of text that no span's edge cuts."""

    start: int
    end: int
    inside: tuple[int, ...]
    """Indices of the spans that cover it, ascending."""


def cut(length: int, spans: Sequence[Span], cuts: Iterable[int] = ()) -> list[Piece]:
    """Split ``[0, length)`` at every edge of ``spans`` and at every one of ``cuts``.

    The pieces are in order, not empty, and together they are the whole text.

    :raises ValueError: a span is empty or reaches outside of the text.
    """
    opening: dict[int, list[int]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    for index, (start, end) in enumerate(spans):
        if not 0 <= start < end <= length:
            raise ValueError(f"the span [{start}, {end}] does not lie in a text of {length} characters")
        opening[start].append(index)
        closing[end].append(index)
    edges = sorted({0, length, *opening, *closing, *(at for at in cuts if 0 < at < length)})
    pieces = []
    inside: set[int] = set()
    for start, end in pairwise(edges):
        inside.difference_update(closing[start])
        inside.update(opening[start])
        pieces.append(Piece(start, end, tuple(sorted(inside))))
    return pieces


REVIEW_BELOW = 0.5
"""An answer less sure than this is marked for a person to look at."""

_SILENCE = Answer(status="not_reported")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_HEADINGS = (
    ("h1", re.compile(r"\s*[一二三四五六七八九十]{1,3}[、，,．.][^。；;]{1,40}\s*")),
    ("h2", re.compile(r"\s*[（(][一二三四五六七八九十]{1,3}[）)][^。；;]{1,40}\s*")),
)


@dataclass
class _Places:
    """All evidence of a record; a place's index is its number on the page."""

    title: str | None
    """The id of the field that is the report's title."""
    spans: list[Span] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: str, kind: str, spans: list[Span] | None) -> list[int]:
        """Note where the answer ``key`` was read; the numbers of its places."""
        first = len(self.spans)
        for span in spans or []:
            self.spans.append(span)
            self.rows.append({"key": key, "kind": kind})
        return list(range(first, len(self.spans)))

    def in_title(self, piece: Piece) -> bool:
        """True when the piece belongs to the report's title."""
        return any(self.rows[at]["key"] == self.title for at in piece.inside)

    def foremost_first(self, places: tuple[int, ...]) -> list[int]:
        """What a click means where several overlap: a figure before the rest, the shorter before the longer."""
        return sorted(places, key=lambda at: (self.rows[at]["kind"] in ("metadata", "item"), self._length(at), at))

    def _length(self, at: int) -> int:
        return self.spans[at][1] - self.spans[at][0]


def schema_view(schema: Schema) -> dict[str, Any]:
    """The fields with their labels, by group, in the schema's order."""
    groups = [
        {"label": label, "fields": [_spec(spec) for spec in schema.figures if spec.group == group]}
        for group, label in schema.groups.items()
    ]
    return {
        "title": schema.title,
        "groups": groups,
        "metadata": [_spec(spec) for spec in schema.metadata],
        "lists": [_spec(spec) for spec in schema.lists],
        "reviewBelow": REVIEW_BELOW,
    }


def summary_view(record: Record, schema: Schema) -> dict[str, Any]:
    """A report in the list of reports: its name, how it went, how many fields are in which state."""
    answers = record.fields.values()
    title = record.metadata.get(schema.id_of("title") or "")
    return {
        "id": record.doc_id,
        "title": (title.value if title else None) or record.doc_id,
        "status": record.status,
        "error": record.error,
        "reported": sum(answer.status == "reported" for answer in answers),
        "none": sum(answer.status == "reported_none" for answer in answers),
        "review": sum(_doubtful(answer) for answer in answers),
        "failing": sum(not check.holds for check in record.checks),
    }


def report_view(record: Record, text: str | None, schema: Schema) -> dict[str, Any]:
    """Everything the page shows of one report.

    :param text: what the offsets refer to; None when it was not kept.
    :raises UsageError: evidence that does not lie in the text.
    """
    places = _Places(schema.id_of("title"))
    figures = {spec.id: _figure(spec.id, record.fields.get(spec.id, _SILENCE), text, places) for spec in schema.figures}
    metadata = {
        name: {"value": answer.value, "places": places.add(name, "metadata", answer.evidence)}
        for name, answer in record.metadata.items()
    }
    lists = {
        name: [
            {"text": item.text, "places": places.add(f"{name}/{number}", "item", item.evidence)}
            for number, item in enumerate(items)
        ]
        for name, items in record.lists.items()
    }
    return {
        **record.model_dump(
            mode="json", include={"doc_id", "source", "status", "error", "notices", "made_by", "usage"}
        ),
        "lines": None if text is None else _lines(text, places, record.doc_id),
        "places": places.rows,
        "figures": figures if record.status == "ok" else {},
        "order": _reading_order(places),
        "metadata": metadata,
        "lists": lists,
        "failing": [check.model_dump() for check in record.checks if not check.holds],
        "checks": len(record.checks),
    }


def _spec(spec: FieldSpec) -> dict[str, str]:
    return {"id": spec.id, "label": spec.label, "unit": spec.unit, "note": spec.note}


def _doubtful(answer: Answer) -> bool:
    """Whether a person should look: an unsure answer, or one that was held back."""
    unsure = answer.confidence is not None and answer.confidence < REVIEW_BELOW
    return unsure or answer.held_back is not None


def _figure(name: str, answer: Answer, text: str | None, places: _Places) -> dict[str, Any]:
    if answer.status == "not_reported":
        return _silence(name, answer.held_back, text, places)
    kind = "none" if answer.status == "reported_none" else "figure"
    return {
        **_shown(answer, text),
        "review": _doubtful(answer),
        "places": places.add(name, f"{kind} review" if _doubtful(answer) else kind, answer.evidence),
    }


def _silence(name: str, held: HeldBack | None, text: str | None, places: _Places) -> dict[str, Any]:
    """A field without an answer; what was held back is shown beside it, and its place in the text."""
    if held is None:
        return {"status": "not_reported", "places": []}
    kind = "none review" if held.status == "reported_none" else "figure review"
    return {
        "status": "not_reported",
        "held": _shown(held, text) | {"reason": held.reason},
        "review": True,
        "places": places.add(name, kind, held.evidence),
    }


def _shown(answer: Answer | HeldBack, text: str | None) -> dict[str, Any]:
    return {
        "status": answer.status,
        "value": None if answer.value is None else _printed(answer.value),
        "bound": answer.bound,
        "unit": answer.unit,
        "text": answer.text,
        "confidence": answer.confidence,
        "by": answer.by,
        "astray": text is not None and _astray(answer, text),
    }


def _printed(value: Decimal) -> str:
    """All digits, thousands grouped: 65,000 and 98.48."""
    return f"{value.normalize():,f}"


def _astray(answer: Answer | HeldBack, text: str) -> bool:
    """True when the characters at the evidence are not the ones that the record quotes: the text has changed since."""
    quoted = "、".join(text[start:end] for start, end in answer.evidence or [])
    return answer.text is not None and answer.text != quoted


def _reading_order(places: _Places) -> list[str]:
    """The stated figures as a reader meets them."""
    first: dict[str, int] = {}
    for row, (start, _) in sorted(zip(places.rows, places.spans, strict=True), key=lambda pair: pair[1]):
        if row["kind"] not in ("metadata", "item"):
            first.setdefault(row["key"], start)
    return list(first)


def _lines(text: str, places: _Places, doc_id: str) -> list[dict[str, Any]]:
    """The text line by line; a piece is a string, or a string and the places that cover it."""
    starts = [match.start() for match in _LINE.finditer(text)]
    try:
        pieces = cut(len(text), places.spans, starts)
    except ValueError as error:
        raise UsageError(f"{doc_id}: the record does not belong to this text: {error}") from error
    lines: list[list[Piece]] = []
    new_line = set(starts)
    for piece in pieces:
        if piece.start in new_line:
            lines.append([])
        lines[-1].append(piece)
    return [_line(text, line, places) for line in lines]


def _line(text: str, pieces: list[Piece], places: _Places) -> dict[str, Any]:
    whole = text[pieces[0].start : pieces[-1].end]
    if whole.strip() and all(places.in_title(piece) for piece in pieces if text[piece.start : piece.end].strip()):
        role = "title"
    else:
        role = next((role for role, pattern in _HEADINGS if pattern.fullmatch(whole)), "")
    return {"role": role, "pieces": list(_piece_views(text, pieces, places))}


def _piece_views(text: str, pieces: list[Piece], places: _Places) -> Iterator[str | list[Any]]:
    for piece in pieces:
        characters = text[piece.start : piece.end].rstrip("\r\n")
        if characters:
            yield [characters, places.foremost_first(piece.inside)] if piece.inside else characters
