"""What a model is tuned on: the questions that the extractors would ask of the reports of the gold, with right replies.

Passages and questions are made by the code that asks them later, so that training and asking cannot differ. Of a field
that no annotator has looked at nothing is learned: that it is not answered would be a guess.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random

from baogao.asking.form import FormExtractor
from baogao.asking.passages import Passage, PassageCutter, Shortlist
from baogao.asking.tag import LENGTH, numbered, passages, report_title, tag_passage, tag_question, tag_reply
from baogao.candidates.candidate import Candidate
from baogao.choices import TunedWay
from baogao.document import Document, read_document
from baogao.errors import BaogaoError, GoldError
from baogao.evaluation.gold import Gold, GoldDoc, GoldField
from baogao.extraction import ReportText
from baogao.llm import EndpointSettings, ModelClient, Prompts
from baogao.llm.messages import Message
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Span
from baogao.tuning.augmentation import augmented

OTHER_LENGTHS = (400, 650, LENGTH)
"""The lengths of passages in the changed copies of a report, in characters; one copy for each."""
_EMPTY_LEFT_OUT = 0.5
"""The share of a changed copy's passages without an answer that is left out: every report has many of them."""

Labels = Mapping[int, Sequence[FieldSpec]]
"""By a candidate's id the fields that it answers, in the schema's order."""


@dataclass(frozen=True)
class Pair:
    """A question and the reply that is to be learned."""

    doc_id: str
    messages: tuple[Message, ...]
    reply: str
    copy: int = 0
    """0 for the report as it is printed, else the number of a changed copy."""


def pairs_of(items: Iterable[GoldDoc], schema: Schema, prompts: Prompts, way: TunedWay, seed: int = 0) -> list[Pair]:
    """The pairs of some reports, in their order.

    A report's pairs do not depend on what other reports there are.

    :raises GoldError: a report's text cannot be read.
    :raises PromptError: the way's prompt is not there.
    """
    make = _tag_pairs if way == "tag" else _blank_pairs
    return [
        pair
        for item in items
        for pair in make(_report(item, schema), item.gold, schema, prompts, Random(f"{seed}:{item.gold.doc_id}"))
    ]


def digest_of(pairs: Iterable[Pair]) -> str:
    """``sha256:`` and a hex digest over pairs, in their order."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(json.dumps(asdict(pair), ensure_ascii=False).encode() + b"\n")
    return f"sha256:{digest.hexdigest()}"


def labels_of(shown: Iterable[Candidate], document: Document, gold: Gold, schema: Schema) -> Labels:
    """Which candidate answers which fields: wherever gold says that a field is printed, the one printed most there.

    Only the best reading counts: a model learns one answer.

    :param shown: the candidates that a model is shown.
    """
    found: dict[int, list[FieldSpec]] = {}
    printed = [(one, document.printed((one.start, one.end))) for one in shown]
    for spec in schema.figures:
        field = gold.field(spec.id)
        for span in (span for copy in field.evidence for span in copy):
            fitting = [(_overlap(place, span), -one.id, one) for one, place in printed if _can_say(one, field)]
            shared, _, best = max(fitting, default=(0, 0, None))
            if best is not None and shared > 0 and spec not in found.get(best.id, []):
                found.setdefault(best.id, []).append(spec)
    return found


def _can_say(candidate: Candidate, field: GoldField) -> bool:
    """Whether a candidate is of the kind that a field wants: a number, or what says that there is none."""
    if field.status == "reported_none" or field.value == 0:
        return candidate.value == 0
    return candidate.kind == "number"


def _overlap(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _report(item: GoldDoc, schema: Schema) -> ReportText:
    try:
        return ReportText.from_document(read_document(item.text_path, item.gold.doc_id), schema.sought)
    except BaogaoError as error:
        raise GoldError(f"{item.text_path}: cannot be read: {error}") from error


def _tag_pairs(report: ReportText, gold: Gold, schema: Schema, prompts: Prompts, random: Random) -> Iterator[Pair]:
    """The report as it is printed, and once for each of the other lengths with much of it changed."""
    shown = [one for sentence in report.document.sentences for one in numbered(report, sentence.span)]
    labels = labels_of(shown, report.document, gold, schema)
    place = gold.metadata.get(schema.id_of("place") or "")
    unknown = unknown_candidates(report, gold, schema)
    yield from _tagged(report, LENGTH, labels, schema, prompts, 0, unknown)
    for copy, length in enumerate(OTHER_LENGTHS, start=1):
        for pair in _tagged(augmented(report, place, random), length, labels, schema, prompts, copy, unknown):
            if pair.reply != tag_reply({}) or random.random() >= _EMPTY_LEFT_OUT:
                yield pair


def unknown_candidates(report: ReportText, gold: Gold, schema: Schema) -> frozenset[int]:
    """The candidates among the words of figures that nobody has looked at: what they answer is not known."""
    if all(gold.knows(spec.id) for spec in schema.figures):
        return frozenset()
    cutter = PassageCutter(Shortlist(schema))
    found = set()
    for one in report.candidates:
        fits = {spec.id: fit for fit, spec in cutter.shortlist.rank(report.document, one)}
        if one.kind != "item" and not all(map(gold.knows, cutter.brought(one, fits))):
            found.add(one.id)
    return frozenset(found)


def _tagged(
    report: ReportText,
    length: int,
    labels: Labels,
    schema: Schema,
    prompts: Prompts,
    copy: int,
    unknown: frozenset[int],
) -> Iterator[Pair]:
    title = report_title(report.document)
    for whole in passages(report, length):
        sentences = [one for one in whole if unknown.isdisjoint(each.id for each in numbered(report, one.span))]
        passage = tag_passage(report, tuple(sentences))
        if not passage.candidates:
            continue
        answered = {
            number: list(labels[candidate.id])
            for number, candidate in enumerate(passage.candidates, start=1)
            if candidate.id in labels
        }
        messages = tag_question(prompts["tag"], title, passage, schema.wording).messages
        yield Pair(report.document.doc_id, messages, tag_reply(answered), copy)


def _blank_pairs(report: ReportText, gold: Gold, schema: Schema, prompts: Prompts, random: Random) -> Iterator[Pair]:
    """Every form of the report, as it is printed: its fields are chosen by its words, those that were looked at."""
    shown = [one for one in report.candidates if one.kind != "item"]
    labels = labels_of(shown, report.document, gold, schema)
    extractor = FormExtractor(schema, ModelClient(EndpointSettings()), prompts, blank=True)
    for whole in PassageCutter(Shortlist(schema)).cut(report):
        passage = replace(whole, fields=tuple(spec for spec in whole.fields if gold.knows(spec.id)))
        if not passage.fields:
            continue
        yield Pair(report.document.doc_id, extractor.question(passage).messages, _form_reply(passage, labels))


def _form_reply(passage: Passage, labels: Labels) -> str:
    """A passage's form, filled: the figure as it is printed behind the name, 零 for none, 无 for silence."""
    answers: dict[str, str] = {}
    for candidate in passage.candidates:
        for spec in labels.get(candidate.id, ()):
            printed = "零" if candidate.kind == "none" else "".join(candidate.text.split())
            answers.setdefault(spec.id, printed)
    return "\n".join(f"{spec.label}：{answers.get(spec.id, '无')}" for spec in passage.fields)
