"""The form for choices, dates and quotes, for small models: the sentences that speak of them, and a blank for each.

The beginning of the report is always shown, because names and dates stand there. An answer counts only where its words
are printed; a choice's evidence is the sentence that speaks of it most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baogao.asking.labels import Labels
from baogao.asking.passages import bigrams, on_one_line
from baogao.asking.words import FieldWords, date_of, option_of, words_of
from baogao.document.document import Document, Span
from baogao.extraction import UNSAID_CONFIDENCE, ReportText, Words
from baogao.llm.messages import Question, Reply
from baogao.llm.prompts import Prompt
from baogao.schema.fields import FieldSpec, Schema

_TOGETHER = 6
"""Fields of one form."""
_HEAD = 200
"""Characters of the report's beginning that are shown."""
_SENTENCES = 2
"""So many that speak of a field are shown."""
_TOKENS_PER_FIELD = 40
_NO_ANSWER = frozenset({"", "无", "没有", "未知", "null", "none"})


@dataclass(frozen=True)
class WordsForm:
    """Some fields, and the sentences that speak of each, the one that does most first."""

    fields: tuple[FieldSpec, ...]
    sentences: dict[str, tuple[Span, ...]]

    def question(self, report: ReportText, prompt: Prompt) -> Question:
        """What is asked about them."""
        passages = [on_one_line(report.document.slice(span)) for span in self.shown(report.document)]
        messages = prompt.render(passages=passages, fields=self.fields)
        labels = "、".join(spec.label for spec in self.fields)
        most = _TOKENS_PER_FIELD * len(self.fields)
        return Question(messages, max_tokens=most, accept_cut=True, purpose=f"form: {labels[:40]}")

    def shown(self, document: Document) -> list[Span]:
        """What of a report stands above the blanks: its beginning, then sentences in reading order."""
        head = (document.main[0][0], min(document.main[0][0] + _HEAD, document.main[0][1]))
        return [head, *sorted({span for found in self.sentences.values() for span in found if span[0] >= head[1]})]

    def read(self, reply: Reply, report: ReportText) -> dict[str, Words]:
        """The lines of a filled form whose words are printed; none of a reply that was cut and is no form so far."""
        labels = Labels({spec.label: spec for spec in self.fields})
        if reply.finish_reason == "length" and labels.are_lost(reply.text):
            return {}
        found: dict[str, Words] = {}
        for spec, answer in labels.answers(reply.whole_lines):
            said = None if answer.strip() in _NO_ANSWER else self._said(spec, answer, report)
            if said is not None:
                found.setdefault(spec.id, said)
        return found

    def _said(self, spec: FieldSpec, answer: str, report: ReportText) -> Words | None:
        if spec.kind == "choice":
            option, places = option_of(spec, answer), self.sentences.get(spec.id, ())
            return Words(option, places[:1], UNSAID_CONFIDENCE, "llm", "chosen") if option and places else None
        quoted = words_of(spec, FieldWords(field=spec.id, text=answer), report.document)
        if spec.kind == "quote" or quoted is None:
            return quoted
        begin, end = quoted.evidence[0]
        printed = (one for one in report.candidates.of_kind("date") if one.start < end and begin < one.end)
        return next(filter(None, map(date_of, printed)), None)


def words_forms(report: ReportText, schema: Schema) -> list[WordsForm]:
    """The forms for all choices, dates and quotes of a schema; none of an empty report."""
    if not report.document.main:
        return []
    groups = [schema.worded[start : start + _TOGETHER] for start in range(0, len(schema.worded), _TOGETHER)]
    return [
        WordsForm(group, {spec.id: _sentences_of(spec, report.document) for spec in group}) for group in groups if group
    ]


def _sentences_of(spec: FieldSpec, document: Document) -> tuple[Span, ...]:
    """The sentences that share most bigrams with a field's label, terms and options, the best first."""
    wanted = _bigrams_of([spec.label, *spec.terms, *spec.options])
    scored = [
        (len(wanted.intersection(bigrams(document.slice(sentence.span)))), sentence.span)
        for sentence in document.sentences
    ]
    best = sorted((one for one in scored if one[0]), key=lambda one: (-one[0], one[1]))
    return tuple(span for _, span in best[:_SENTENCES])


def _bigrams_of(texts: Sequence[str]) -> set[str]:
    return {pair for text in texts for pair in bigrams(text)}
