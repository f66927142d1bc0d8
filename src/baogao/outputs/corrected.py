"""Records as people left them: what was read, with the decisions of ``reviews.jsonl`` laid over it.

A record is never changed in its file. A decision holds for the text that it was taken on: of a report whose text has
changed since, it is left out, and a notice of the record says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from baogao.checks import run_checks
from baogao.errors import UsageError
from baogao.outputs.decisions import Decision, Decisions, ReviewsFile
from baogao.outputs.records import TEXTS, astray, iterate_records, kept_text, with_review
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, Item, Reviewed, Span, TextAnswer

PERSON = "person"
"""``by`` of an answer that is a person's own."""
_SILENCE = Answer(status="not_reported")
_NO_ENTRY = Item(text="", evidence=[])
_NOTHING: Mapping[type, dict[str, Any]] = {Answer: {"status": "not_reported"}, TextAnswer: {"value": None}}
"""What ``after`` says where it says nothing."""
_Said = TypeVar("_Said", Answer, TextAnswer, Item)
_NOT_THE_ANSWER = {"by", "confidence", "held_back", "reviewed"}
"""What may differ between two answers that say the same."""


def corrected_records(folder: Path, schema: Schema) -> list[Record]:
    """The records of a run with their queue, as people left them.

    :raises UsageError: records, queue, decisions or a text that decisions are about cannot be read.
    """
    return list(iterate_corrected(folder, schema))


def iterate_corrected(
    folder: Path, schema: Schema, *, queue: bool = True, most: int | None = None, said_in: Path | None = None
) -> Iterator[Record]:
    """As :func:`corrected_records`, one record at a time where no queue is wanted.

    :param queue: whether each record has its part of the queue.
    :param most: how many are wanted, from the first on; None is all.
    :param said_in: the folder of the decisions, where it is another one.
    """
    decided = ReviewsFile(said_in or folder).all()
    read = islice(iterate_records(folder), most)
    for record in with_review(read, folder) if queue else read:
        decisions = decided.get(record.doc_id)
        if decisions is None:
            yield record
        else:
            yield corrected(record, decisions, kept_text(record.doc_id, folder / TEXTS), schema)


def text_digest(text: str) -> str:
    """How a decision names the text that it was taken on."""
    return hashlib.sha256(text.encode()).hexdigest()


def corrected(record: Record, decisions: Decisions, text: str | None, schema: Schema) -> Record:
    """A record with people's decisions laid over it, its checks run again, its queue without what was decided.

    :param text: what the record's offsets refer to; None when it was not kept: no decision holds then.
    """
    holding = holding_on(text, decisions)
    notices = []
    if left_out := len(decisions.standing()) - len(holding):
        notices.append(f"{left_out} decisions of people are about another text of this report, and are left out")
    overlay = _Overlay(record, text or "", schema, holding, remarks_on(decisions))
    changed = overlay.changed()
    notices += overlay.notices
    return record.model_copy(
        update={
            **changed,
            "checks": run_checks(changed["fields"], schema) if changed else record.checks,
            "notices": [*record.notices, *notices],
        }
    ).with_review(review for review in record.review if review.field not in holding)


def holding_on(text: str | None, decisions: Decisions) -> dict[str, Decision]:
    """The decisions that stand and were taken on this very text, by their keys."""
    digest = None if text is None else text_digest(text)
    return {key: one for key, one in decisions.standing().items() if one.text_sha256 == digest}


def remarks_on(decisions: Decisions) -> dict[str, str]:
    """What people remarked on each key, whether with a decision or alone; of several people each with a name."""
    told: dict[str, list[Decision]] = {}
    for one in decisions.comments():
        told.setdefault(one.key, []).append(one)
    return {
        key: "; ".join(f"{one.who}: {one.comment}" if len({one.who for one in of}) > 1 else one.comment for one in of)
        for key, of in told.items()
    }


def row_keys(record: Record, decisions: Decisions, text: str | None, schema: Schema) -> dict[str, list[str]]:
    """Of each list of rows the keys of the rows that :func:`corrected` leaves or adds, in the same order.

    :param record: as it was read.
    """
    overlay = _Overlay(record, text or "", schema, holding_on(text, decisions))
    return {spec.id: [key for key, _ in overlay.rows(spec)] for spec in schema.rows}


def same_answer(one: _Said, other: _Said) -> bool:
    """Whether two answers say the same and point at the same characters, whoever gave them."""
    return one.model_dump(exclude=_NOT_THE_ANSWER) == other.model_dump(exclude=_NOT_THE_ANSWER)


def check_said(said: Answer | TextAnswer | Item, text: str) -> None:
    """See that what a person says points at characters of the text, and quotes them.

    :raises UsageError: evidence outside of the text, or other characters than are quoted.
    """
    spans: Sequence[Span] = said.evidence or ()
    if not all(0 <= start < end <= len(text) for start, end in spans):
        raise UsageError("the evidence lies outside of the text")
    if isinstance(said, Answer):
        if said.status == "reported" and not spans:
            raise UsageError("a stated figure needs the characters that it is read from")
        if astray(said, text):
            raise UsageError("the characters at the evidence are not the ones that are quoted")


@dataclass
class _Overlay:
    """Lays decisions over the answers of one record."""

    record: Record
    text: str
    schema: Schema
    decisions: Mapping[str, Decision]
    remarks: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notices: list[str] = []

    def changed(self) -> dict[str, Any]:
        """The parts of the record that decisions may change."""
        record, schema = self.record, self.schema
        if record.status != "ok":
            return {}
        return {
            "fields": {
                spec.id: self._said(spec.id, record.fields.get(spec.id, _SILENCE), Answer)
                for spec in schema.fields
                if spec.id in record.fields or spec.id in self.decisions
            },
            "metadata": {
                spec.id: self._said(spec.id, record.metadata.get(spec.id, TextAnswer()), TextAnswer)
                for spec in schema.metadata
                if spec.id in record.metadata or spec.id in self.decisions
            },
            "lists": {spec.id: self._items(spec.id) for spec in schema.lists},
            "rows": {spec.id: [row for _, row in self.rows(spec)] for spec in schema.rows},
        }

    def _said(self, key: str, given: _Said, kind: type[_Said]) -> _Said:
        """What the decision on a key makes of an answer; ``given`` where there is none, or where it does not hold."""
        decision = self.decisions.get(key)
        if decision is None:
            return given
        told = decision.model_dump(include={"who", "at", "act"})
        reviewed = Reviewed.model_validate({**told, "comment": self.remarks.get(key, decision.comment)})
        try:
            said = kind.model_validate({**_NOTHING.get(kind, {}), **(decision.after or {})})
            check_said(said, self.text)
        except (ValidationError, UsageError):
            self.notices.append(f"a decision of {decision.who} on {key} does not hold, and is left out")
            return given
        if same_answer(said, given):
            return given.model_copy(update={"reviewed": reviewed})
        own: dict[str, Any] = {"by": PERSON, "confidence": None} if isinstance(said, Answer) else {}
        return said.model_copy(update={**own, "reviewed": reviewed})

    def _items(self, name: str) -> list[Item]:
        """The entries of a list: without those that are gone; with those that were added, where they are printed."""
        read = {entry_key(name, item.evidence): item for item in self.record.lists.get(name, [])}
        added = [key for key in self.decisions if key.startswith(f"{name}@") and key not in read]
        whole = self.decisions.get(name)
        kept: list[Item] = []
        for key in [*read, *added]:
            if key in self.decisions and self.decisions[key].act == "absent":
                continue
            item = self._said(key, read.get(key, _NO_ENTRY), Item)
            if whole is not None and item.reviewed is None and key in _entries_of(name, whole):
                item = item.model_copy(update={"reviewed": Reviewed(who=whole.who, at=whole.at, act="accept")})
            if item.evidence:
                kept.append(item)
        return sorted(kept, key=lambda item: item.evidence) if added else kept

    def rows(self, spec: FieldSpec) -> list[tuple[str, dict[str, Answer]]]:
        """The rows of a list of records with their keys: without those that are gone; those that were added last."""
        read = {str(number): row for number, row in enumerate(self.record.rows.get(spec.id, []))}
        added = (key.split("/")[1] for key in self.decisions if key.startswith(f"{spec.id}/+"))
        rows: list[tuple[str, dict[str, Answer]]] = []
        for number in dict.fromkeys([*read, *added]):
            key = f"{spec.id}/{number}"
            gone = self.decisions.get(key)
            if gone is not None and gone.act == "absent":
                continue
            row = read.get(number, {})
            cells = {cell.id: self._said(f"{key}/{cell.id}", row.get(cell.id, _SILENCE), Answer) for cell in spec.cells}
            if told := {name: cell for name, cell in cells.items() if name in row or cell != _SILENCE}:
                rows.append((key, told))
        return rows


def _entries_of(name: str, whole: Decision) -> set[str]:
    """The keys of the entries that a person saw who looked at a list as a whole."""
    return {entry_key(name, item["evidence"]) for item in (whole.after or {}).get("items", ())}


def entry_key(name: str, evidence: Sequence[Span]) -> str:
    """The key of an entry of a list: the list, and the characters from which on to which it is printed."""
    return f"{name}@{min(start for start, _ in evidence)}-{max(end for _, end in evidence)}"
