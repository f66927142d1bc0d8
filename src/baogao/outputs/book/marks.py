"""What a reader sees of an answer at a glance, its colour, and at a second one, its comment."""

from __future__ import annotations

from collections.abc import Collection

from baogao.outputs.book.styles import Mark
from baogao.outputs.corrected import PERSON
from baogao.outputs.headings import ACTS, readers
from baogao.outputs.long import Statement
from baogao.outputs.views import REVIEW_BELOW
from baogao.schema.values import Answer, HeldBack

_LONGEST_SENTENCE = 400
"""Characters of a sentence in a comment; it is whole in the sheet of evidence."""


def mark_of(statement: Statement, failing: Collection[str]) -> Mark:
    """What a reader should see of an answer at a glance.

    :param failing: the fields of checks that do not hold.
    """
    said, reviewed = statement.said, statement.reviewed
    if not isinstance(said, Answer):
        return ""
    if not statement.stated:
        return "held" if said.held_back else "seen_silent" if reviewed else "silent"
    odd = statement.spec.id in failing
    if said.by == PERSON:
        return "person_failing" if odd else "person"
    if odd:
        return "failing"
    if reviewed is not None:
        return "accepted"
    return "unsure" if said.confidence is not None and said.confidence < REVIEW_BELOW else ""


def comment_on(statement: Statement, sentence: str | None) -> str:
    """What stands behind a figure: its sentence, its page, who read it, what a person said, why it is held back."""
    given = statement.given
    if not isinstance(given, Answer | HeldBack):
        return ""
    words = sentence or given.text or ""
    lines = [words if len(words) <= _LONGEST_SENTENCE else f"{words[:_LONGEST_SENTENCE]}…"]
    held = isinstance(given, HeldBack)
    if held and given.text:
        lines.insert(0, f"未采用：{given.text}")
    about = [f"第 {given.page} 页"] if given.page else []
    about += [readers(given.by)] if given.by else []
    about += [f"置信度 {given.confidence:.2f}"] if given.confidence is not None else []
    lines.append(" · ".join(about))
    if (reviewed := statement.reviewed) is not None:
        remark = f"：{reviewed.comment}" if reviewed.comment else ""
        lines.append(f"{reviewed.who} {ACTS[reviewed.act]}，{reviewed.at[:10]}{remark}")
    return "\n".join(line for line in lines if line)
