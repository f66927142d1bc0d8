"""A run under review: its reports as people left them, and what they say of them, saved at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from baogao.errors import UsageError
from baogao.evaluation.labelling import Labelled, names_a_file, save_gold
from baogao.evaluation.labels import gold_of, sound
from baogao.outputs.corrected import check_said, corrected, holding_on, row_keys, text_digest
from baogao.outputs.decisions import Decision, Decisions, ReviewsFile, now
from baogao.outputs.matrix import write_matrix
from baogao.outputs.page import report_view, summary_view
from baogao.outputs.places import Places
from baogao.outputs.records import MATRIX, RECORDS, TEXTS, current, kept_text, read_records, schema_of, with_review
from baogao.outputs.views import AnswerViews
from baogao.review.asked import Asked, Step, undone
from baogao.review.keys import Keys
from baogao.review.left import Left, review_view, said_view
from baogao.review.pointing import Pointing, Said, chosen, typed, value_of
from baogao.schema import Schema
from baogao.schema.values import Answer, Span

_READ_AT_ONCE = 24
"""Reports whose candidates are kept at hand."""


class ReviewSession:
    """A run's folder that people look through; many may at once, in this process and in others.

    :param schema: the run's, or its name or file where it is not found by itself.
    :param blind: everybody sees only their own decisions.
    :param gold: the data set that gold is saved to; None for ``gold`` in the run's folder.
    :raises UsageError: the records cannot be read, or are of several schemas.
    """

    def __init__(
        self, folder: Path, schema: Schema | str | None = None, *, blind: bool = False, gold: Path | None = None
    ) -> None:
        self.folder = folder
        self.blind = blind
        self.gold = gold or folder / "gold"
        self._reviews = ReviewsFile(folder)
        self._read(schema)
        self._given_schema = schema
        self._pointing = lru_cache(_READ_AT_ONCE)(self._new_pointing)
        self._lefts: dict[tuple[str, str], tuple[str, Left]] = {}
        self._summaries: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}

    def _read(self, schema: Schema | str | None) -> None:
        records = with_review(read_records(self.folder), self.folder)
        self.schema = schema if isinstance(schema, Schema) else schema_of(records, schema, self.folder)
        self._records = {record.doc_id: record for record in records}
        self._stamp = self._written()
        self._reviews.all()

    def _written(self) -> tuple[int, int]:
        file = current(self.folder / RECORDS)
        try:
            status = file.stat()
        except OSError as error:
            raise UsageError(f"cannot read {file}: {error.strerror or error}") from error
        return status.st_mtime_ns, status.st_size

    def fresh(self) -> None:
        """Read the records again where another run has written them meanwhile.

        :raises UsageError: they cannot be read any more.
        """
        if self._written() == self._stamp:
            return
        self._read(self._given_schema)
        self._pointing.cache_clear()
        self._lefts.clear()
        self._summaries.clear()

    @property
    def saved(self) -> int:
        """How many decisions there are by now, everybody's."""
        return len(self._reviews.since(0))

    def summaries(self, who: str) -> list[dict[str, Any]]:
        """Every report in a line: how it went, how many of its fields were looked at."""
        return [self._summary(doc_id, who) for doc_id in self._records]

    def report(self, doc_id: str, who: str) -> dict[str, Any]:
        """All that the page shows of a report.

        :raises UsageError: there is no such report, or its record does not belong to its text.
        """
        left = self._left(doc_id, who)
        places = self._pointing(doc_id).places if left.text is not None and left.record.status == "ok" else []
        view = report_view(left.record, left.text, self.schema, places)
        return view | {"review": review_view(left, self.schema), "summary": self._summary(doc_id, who)}

    def matrix(self) -> str:
        """The page with the table over all reports, as people left them.

        :raises UsageError: people are not to see each other's answers.
        """
        if self.blind:
            raise UsageError("people see only their own answers here: there is no table over all")
        records = [self._left(doc_id, "").record for doc_id in self._records]
        with TemporaryDirectory() as folder:
            page = Path(folder) / MATRIX
            write_matrix(records, self.schema, page, self.folder / TEXTS)
            return page.read_text(encoding="utf-8")

    def changes(self, since: int, who: str) -> dict[str, Any]:
        """What was saved after the first ``since`` decisions: by whom, on which reports, and how these stand now."""
        since = since if since <= self.saved else 0  # of another file, in whose place this one came
        new = self._reviews.since(since)
        told = [one for one in new if not self.blind or one.who == who]
        docs = dict.fromkeys(one.doc_id for one in told if one.doc_id in self._records)
        return {
            "saved": since + len(new),
            "decisions": [{"id": one.id, "doc_id": one.doc_id, "key": one.key, "who": one.who} for one in told],
            "reports": [self._summary(doc_id, who) for doc_id in docs],
        }

    def read_there(self, doc_id: str, key: str, spans: Sequence[Span], *, none: bool = False) -> list[dict[str, Any]]:
        """What the characters that a person points at would answer, as it is shown.

        :raises UsageError: see :meth:`Pointing.answers`; the key is of no field.
        """
        left = self._left(doc_id, "")
        pointing = self._pointing_at(left)
        spec = left.keys.spec(key)
        answers = [pointing.says_none(spec, spans)] if none else pointing.answers(spec, spans)
        views = AnswerViews(left.record, left.text, self.schema, Places(None))
        return [
            {
                "take": value_of(one),
                "evidence": one.evidence or [],
                "shown": views.shown(one, spec) if isinstance(one, Answer) else {"value": value_of(one)},
            }
            for one in answers
        ]

    def save(self, step: Step) -> None:
        """Save what a person says, all of it or nothing. What was saved before, by its id, is not saved again.

        :raises OvertakenError: somebody else said something of one of the answers that this person had not seen.
        :raises UsageError: a value does not stand there, evidence lies outside of the text, the text is another one.
        """
        doc_id = step.asked[0].doc_id
        known = {one.id for one in self._reviews.on(doc_id).saved}
        asked = [one for one in step.asked if one.id not in known]
        if not asked:
            return
        left = self._left(doc_id, step.who)
        at = now()  # one time for all: they are one step
        decisions = [self._decision(one, left, step.who, at) for one in asked]
        self._reviews.add(decisions, [one.seen for one in asked], blind=self.blind)

    def save_gold(self, doc_id: str) -> dict[str, Any]:
        """Write what people looked at in one report as gold: where to, how many fields, and which had to be left out.

        :raises UsageError: nobody looked at anything, its text was not kept, or other gold would be written over.
        """
        if self.blind:
            raise UsageError("people see only their own answers here: baogao gold save RUN --by WHO writes their gold")
        left = self._left(doc_id, "")
        self._pointing_at(left)
        if not names_a_file(doc_id):
            raise UsageError("the id of this report is not the name of a file: there can be no gold of it")
        text = left.text or ""
        gold, wrong = sound(gold_of(self._records[doc_id], left.decisions, text, self.schema), text, self.schema)
        labelled = Labelled(doc_id, gold, text, len(self.schema.specs), left_out=wrong)
        if not labelled.looked_at:
            raise UsageError("nobody has looked at anything here yet: what was not looked at is not gold")
        (path,) = save_gold([labelled], self.gold)
        return {"path": str(path), "looked": labelled.looked_at, "of": labelled.of, "left_out": wrong}

    def standing_view(self, decision: Decision, who: str) -> dict[str, Any]:
        """A decision as it is shown to whoever was overtaken by it."""
        return said_view(self._left(decision.doc_id, who), decision, self.schema)

    def pointing(self, doc_id: str) -> Pointing:
        """A report, ready to be pointed at.

        :raises UsageError: there is no such report; its text was not kept.
        """
        return self._pointing_at(self._left(doc_id, ""))

    def _pointing_at(self, left: Left) -> Pointing:
        if left.text is None:
            raise UsageError("the text of this report was not kept: nothing can be tied to its characters")
        if left.record.status != "ok":
            raise UsageError("this report could not be read: there is nothing to correct")
        return self._pointing(left.record.doc_id)

    def _new_pointing(self, doc_id: str) -> Pointing:
        return Pointing(self._records[doc_id], kept_text(doc_id, self.folder / TEXTS) or "", self.schema)

    def _seen_by(self, doc_id: str, who: str) -> Decisions:
        decisions = self._reviews.on(doc_id)
        return decisions.of(who) if self.blind else decisions

    def _left(self, doc_id: str, who: str) -> Left:
        record = self._records.get(doc_id)
        if record is None:
            raise UsageError(f"there is no report {doc_id!r} in this run")
        decisions = self._seen_by(doc_id, who)
        last, left = self._lefts.get((doc_id, who), ("", None))
        if left is None or last != decisions.last:
            text = kept_text(doc_id, self.folder / TEXTS)
            now = corrected(record, decisions, text, self.schema)
            rows = row_keys(record, decisions, text, self.schema)
            keys = Keys(now, self.schema, rows, holding_on(text, decisions))
            left = Left(now, text, decisions, keys)
            if len(self._lefts) > _READ_AT_ONCE:
                self._lefts.clear()
            self._lefts[doc_id, who] = decisions.last, left
        return left

    def _summary(self, doc_id: str, who: str) -> dict[str, Any]:
        decisions = self._seen_by(doc_id, who)
        known = (doc_id, who if self.blind else "")
        last, summary = self._summaries.get(known, ("", {}))
        if not summary or last != decisions.last:
            if decisions.saved:
                left = self._left(doc_id, who)
                record, keys = left.record, left.keys
            else:
                record = self._records[doc_id]
                keys = Keys(record, self.schema)
            looked, fields = keys.progress()
            summary = summary_view(record, self.schema) | {"looked": looked, "fields": fields}
            summary |= {"disputes": len(decisions.disputes()), "comments": len(decisions.comments())}
            self._summaries[known] = decisions.last, summary
        return summary

    def _decision(self, asked: Asked, left: Left, who: str, at: str) -> Decision:
        text = "" if left.text is None else text_digest(left.text)
        if asked.text_sha256 != text:
            raise UsageError("the text of this report has changed since the page was opened: open it again")
        common = {
            **asked.model_dump(include={"id", "doc_id", "key", "act", "comment", "settles"}),
            "at": at,
            "who": who,
        }
        if asked.act == "undo":
            undone(asked, left.decisions.saved, who)
            return Decision(**common, text_sha256=text, undoes=asked.undoes)
        if asked.act == "comment":
            if not asked.comment.strip():
                raise UsageError("a comment needs words")
            if asked.key:
                left.keys.spec(asked.key)
            return Decision(**common, text_sha256=text)
        pointing = self._pointing_at(left)
        before = left.keys.answer(asked.key)
        return Decision(**common, text_sha256=text, before=before, after=self._after(asked, left, before, pointing))

    def _after(
        self, asked: Asked, left: Left, before: dict[str, Any] | None, pointing: Pointing
    ) -> dict[str, Any] | None:
        """What a person says, read from the text."""
        keys = left.keys
        if asked.act == "accept":
            if before is None:
                raise UsageError("there is nothing here to be right")
            return before
        if asked.act == "absent":
            return keys.nothing(asked.key)
        spec = keys.spec(asked.key)
        said: Said
        if asked.act == "none":
            said = pointing.says_none(spec, asked.evidence)
        elif not asked.evidence and asked.value is not None:
            said = typed(spec, asked.value)
        else:
            said = chosen(pointing.answers(spec, asked.evidence), asked.value, asked.evidence)
        keys.fits(asked.key, said)
        check_said(said, left.text or "")
        return said.model_dump(mode="json", exclude_none=True, exclude={"reviewed", "held_back"})
