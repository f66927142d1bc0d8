"""A report as people left it, and what they said of it, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from baogao.errors import UsageError
from baogao.outputs.corrected import text_digest
from baogao.outputs.decisions import Decision, Decisions
from baogao.outputs.places import Places
from baogao.outputs.views import AnswerViews
from baogao.record import Record
from baogao.review.keys import Keys
from baogao.schema import Schema
from baogao.schema.values import Answer


@dataclass(frozen=True)
class Left:
    """A report as people left it."""

    record: Record
    text: str | None
    decisions: Decisions
    """Those that whoever looks may see."""
    keys: Keys
    record_sha256: str
    """Hex digest of the record as it was read: another run may write another one in its place."""


def review_view(left: Left, schema: Schema) -> dict[str, Any]:
    """What people said of a report, and what they see of each other."""
    decisions = left.decisions
    last = {one.key: one.id for one in decisions.saved if one.act != "comment"}
    looked, fields = left.keys.progress()
    return {
        "sha": "" if left.text is None else text_digest(left.text),
        "record": left.record_sha256,
        "decisions": [said_view(left, one, schema) for one in decisions.counting()],
        "comments": [said_view(left, one, schema) for one in decisions.comments()],
        "disputes": {key: [said_view(left, one, schema) for one in of] for key, of in decisions.disputes().items()},
        "last": last,
        "rows": left.keys.rows,
        "entries": left.keys.entries,
        "looked": looked,
        "fields": fields,
    }


def said_view(left: Left, one: Decision, schema: Schema) -> dict[str, Any]:
    """A decision as it is shown: who said what, and the answer that it makes."""
    said = one.model_dump(include={"id", "at", "who", "key", "act", "comment", "settles"})
    said |= {"same_text": left.text is not None and one.text_sha256 == text_digest(left.text)}
    after = one.after or {}
    shown: dict[str, Any] | None = None
    if "status" in after:
        try:
            answer = Answer.model_validate(after)
            views = AnswerViews(left.record, left.text, schema, Places(None))
            shown = views.shown(answer, left.keys.spec(one.key), sentence=False)
        except (ValueError, UsageError):  # of a schema that was another one then
            shown = None
    elif "items" in after:
        shown = {"entries": len(after["items"])}
    elif after:
        shown = {"value": after.get("text", after.get("value"))}
    evidence = after.get("evidence") or []
    return said | {"shown": shown, "evidence": evidence}
