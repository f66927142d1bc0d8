"""What the page shows of answers: each as printed for people, with its places; what a person should look at."""

from __future__ import annotations

from typing import Any

from baogao.outputs.places import Places
from baogao.outputs.records import astray
from baogao.record import ProposedFigure, ProposedItems, ProposedText, Record, Review
from baogao.schema import FieldSpec
from baogao.schema.values import Answer, HeldBack, shown_value

REVIEW_BELOW = 0.5
"""An answer less sure than this is marked for a person to look at."""


def spec_view(spec: FieldSpec) -> dict[str, str]:
    """A field of the schema: its id, label, unit and note."""
    return {"id": spec.id, "label": spec.label, "unit": spec.unit, "note": spec.note}


def unsure(record: Record) -> dict[str, Answer | HeldBack]:
    """The answers that are unsure or held back, by field: to be looked at, in a queue or not."""
    found: dict[str, Answer | HeldBack] = {}
    for name, answer in record.fields.items():
        if answer.held_back is not None:
            found[name] = answer.held_back
        elif answer.confidence is not None and answer.confidence < REVIEW_BELOW:
            found[name] = answer
    return found


def answer_view(name: str, answer: Answer | None, text: str | None, places: Places, *, review: bool) -> dict[str, Any]:
    """An answer as it is shown; a silent field shows what was held back beside it, and its place in the text."""
    given = answer.held_back if answer and answer.status == "not_reported" else answer
    if given is None:
        return {"status": "not_reported", "places": []} | ({"review": True} if review else {})
    shown = _shown(given, text)
    if isinstance(given, HeldBack):
        shown = {"status": "not_reported", "held": shown | {"reason": given.reason}}
    kind = "none" if given.status == "reported_none" else "figure"
    return shown | {
        "review": review,
        "places": places.add(name, f"{kind} review" if review else kind, given.evidence),
    }


def _shown(given: Answer | HeldBack | ProposedFigure, text: str | None) -> dict[str, Any]:
    """A figure as it is shown, whether it is given, held back or proposed."""
    return {
        "status": given.status,
        "value": None if given.value is None else shown_value(given.value),
        "bound": given.bound,
        "unit": given.unit,
        "text": given.text,
        "confidence": given.confidence,
        "by": given.by,
        "page": given.page,
        "astray": text is not None and astray(given, text),
    }


def queue_view(record: Record, text: str | None, places: Places) -> list[dict[str, Any]]:
    """What a person should look at, most valuable first: the record's queue, and unsure answers that are not in it."""
    entries = []
    for review in record.review:
        proposals = [
            _proposal(f"{review.field}~{number}", one, review, text, places)
            for number, one in enumerate(review.proposals)
        ]
        told = review.model_dump(include={"field", "reason", "wrong", "priority", "given"})
        entries.append(told | {"proposals": proposals})
    queued = {review.field for review in record.review}
    for name, doubtful in unsure(record).items():
        if name in queued:
            continue
        key, given = f"{name}~0", isinstance(doubtful, Answer)
        confidence = doubtful.confidence or 0.0
        wrong = 1 - confidence if given else confidence
        reason = "unsure" if isinstance(doubtful, Answer) else f"held back: {doubtful.reason}"
        proposal = _shown(doubtful, text) | {"key": key, "places": places.of(key, "proposal", doubtful.evidence or [])}
        told = {"field": name, "reason": reason, "wrong": wrong, "priority": wrong, "given": given}
        entries.append(told | {"proposals": [proposal]})
    return sorted(entries, key=lambda entry: -entry["priority"])


def _proposal(
    key: str, one: ProposedFigure | ProposedText | ProposedItems, review: Review, text: str | None, places: Places
) -> dict[str, Any]:
    """What a reader proposes, as it is shown, with its places."""
    if isinstance(one, ProposedFigure):
        shown = _shown(one, text) | {"sentence": one.sentence}
        return shown | {"key": key, "places": places.of(key, "proposal", one.evidence)}
    if isinstance(one, ProposedText):
        return {"key": key, "by": one.by, "words": one.value, "places": places.of(key, "item proposal", one.evidence)}
    others = [other for other in review.proposals if isinstance(other, ProposedItems)]
    lists = [{tuple(item.evidence) for item in other.items} for other in others]
    common = lists[0].intersection(*lists[1:]) if len(lists) > 1 else set()
    items = [{"text": item.text, "disputed": tuple(item.evidence) not in common} for item in one.items]
    evidence = [span for item in one.items for span in item.evidence]
    return {"key": key, "by": one.by, "items": items, "places": places.of(key, "item proposal", evidence)}
