"""The form way of asking, for small models: a passage, and a short form to fill in plain text.

The model copies the printed figure behind each name; the figure counts only where it is a candidate of the passage, so
one that was made up, or copied from a worked example, is dropped and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from baogao.asking.examples import load_examples
from baogao.asking.labels import DECORATION, Labels
from baogao.asking.metadata import metadata_question, read_metadata
from baogao.asking.passages import Passage, PassageCutter, Shortlist, may_answer
from baogao.asking.words_form import WordsForm, words_forms
from baogao.candidates import parse_quantity
from baogao.candidates.candidate import Candidate
from baogao.errors import ReplyError
from baogao.extraction import NOTHING_SETTLED, Extraction, Link, ReportText, Settled, answers
from baogao.llm.client import Client
from baogao.llm.messages import Question, Reply
from baogao.llm.prompts import Prompts
from baogao.schema.fields import FieldSpec, Schema
from baogao.usage import count

_TOKENS_PER_LINE = 22
"""A name of a field, a figure with its unit, a line end."""
_NOTHING = "无"
_STOPS = "。；;， \n"
"""What models end a line with, and is no part of the answer."""
_SILENT = frozenset({"", _NOTHING, "未提", "未提及", "没有写", "-", "—", "/", "空", "未知"})
"""What stands behind a name that the passage does not answer."""
_NONE = re.compile(r"^(?:零|0|没有|未|暂无|不存在)")
"""How an answer begins that says there was none of it."""
_DOUBTED = re.compile(r"^(?:不是|并非|不应|~~|not\b)|[？?]|不对|不，|\bwait\b", re.IGNORECASE)
"""What a model says of a figure that it takes back."""
_GOES_ON = re.compile(r"\d(?:[A-Za-zＡ-Ｚａ-ｚ]|\s?[×*^]\s?\d)")
"""A figure that is another one than its digits, as 1.2e3 is not 1.2."""
_LEAST_SHARE = 0.5
"""A field must fit a candidate at least half as well as the field that fits it best."""
_ALIKE = 0.95
"""Fields that fit a phrase at least this share of the best one's fit are named by it alike."""
# Confidence rises with the fit from the first of these, by the second, up to the third: set by hand so that it follows
# what was right on the development reports, 64% of the answers below a fit of 2 and 88% of those above 4.
_BASE_CONFIDENCE = 0.5
_CONFIDENCE_PER_FIT = 0.1
_BEST_FIT = 4.0
_PART_OF_TOTAL = 0.1
"""What a figure loses that is printed as part of a total."""


@dataclass(frozen=True)
class Filled:
    """One line of a form that the model filled: a field, and the candidate that it points at."""

    field: FieldSpec
    candidate: Candidate
    share: float
    """How well the field fits the candidate's surroundings, as a share of the best field's fit."""
    fit: float
    """The same, as the shortlist scores it."""
    sure: float | None = None
    """The probability of the line, where it says how sure the model is: of a blank form by a model that was tuned."""

    @classmethod
    def of(cls, spec: FieldSpec, candidate: Candidate, passage: Passage) -> Filled:
        """A field that is answered by a candidate of a passage."""
        fits = passage.fits[candidate.id]
        fit, best = fits.get(spec.id, 0.0), max(fits.values(), default=0.0)
        return cls(spec, candidate, share=fit / best if best else float(spec.id in fits), fit=fit)

    @property
    def confidence(self) -> float:
        """How often such an answer is right: the better its surroundings fit the field, the more often.

        A tuned model's own probability says it better.
        """
        if self.sure is not None:
            return self.sure
        confidence = self.share * (_BASE_CONFIDENCE + _CONFIDENCE_PER_FIT * min(self.fit, _BEST_FIT))
        return confidence - (_PART_OF_TOTAL if "part" in self.candidate.cues else 0.0)


def form_lines(reply: str, passage: Passage) -> list[tuple[FieldSpec, str]]:
    """The lines of a reply that answer the form, in its order; a name that was not asked is ignored.

    A single “无” for the whole form is how a model says that the passage answers none of it.
    """
    if reply.strip(DECORATION + _STOPS) == _NOTHING:
        return [(spec, _NOTHING) for spec in passage.fields]
    found: dict[str, tuple[FieldSpec, str]] = {}
    for spec, answer in _labels(passage).answers(reply):
        found.setdefault(spec.id, (spec, answer.strip(_STOPS)))
    return list(found.values())


def _labels(passage: Passage) -> Labels[FieldSpec]:
    return Labels({spec.label: spec for spec in passage.fields})


def read_form(reply: str, passage: Passage, sure: Mapping[str, float | None] | None = None) -> tuple[list[Filled], int]:
    """The lines that point at a candidate, and how many pointed at none and were dropped.

    :param sure: of a tuned model, how probable the line of each label is; it says so where the passage says "none".
    """
    filled: list[Filled] = []
    dropped = 0
    for spec, answer in form_lines(reply, passage):
        silent = answer in _SILENT
        match = _pointed_at(spec, answer, passage) if not silent else None if sure else _none_of(spec, passage)
        if match is not None:
            filled.append(replace(match, sure=sure.get(spec.label) if sure else None))
        elif not silent:
            dropped += 1
    return filled, dropped


def assign_lines(filled: Iterable[Filled]) -> dict[str, Link]:
    """One candidate for each field and one field for each candidate: the best fit among what the passages said."""
    links: dict[str, Link] = {}
    taken: set[int] = set()
    for line in sorted(filled, key=lambda line: (-(line.sure or 0.0), -line.share, -line.fit)):
        if line.field.id in links or line.candidate.id in taken:
            continue
        taken.add(line.candidate.id)
        links[line.field.id] = Link((line.candidate.id,), line.confidence, by="llm", reason=f"fit {line.fit:.1f}")
    return links


def _pointed_at(spec: FieldSpec, answer: str, passage: Passage) -> Filled | None:
    """The candidate with the figure that the model copied, where its words fit the field best."""
    if _DOUBTED.search(answer) or _GOES_ON.search(answer):
        return None
    figure = parse_quantity(answer)
    if figure is not None and figure.value != 0:
        printed = [c for c in passage.candidates if c.kind != "none" and figure.value in {c.value, c.each}]
    elif _NONE.match(answer):
        printed = [c for c in passage.candidates if c.value == 0]
    else:
        return None
    lines = [Filled.of(spec, candidate, passage) for candidate in printed if may_answer(candidate, spec)]
    return max((line for line in lines if line.share >= _LEAST_SHARE), key=lambda line: line.fit, default=None)


def _none_of(spec: FieldSpec, passage: Passage) -> Filled | None:
    """The phrase that says "none" for a field left blank: only for the one field that the phrase names.

    That is the one that it fits best; of several that it fits alike, the first in the schema's order.
    """
    for candidate in passage.candidates:
        if candidate.kind != "none":
            continue
        fits = passage.fits[candidate.id]
        best = max(fits.values(), default=0.0)
        alike = (field for field in passage.fields if best and fits.get(field.id, 0.0) >= _ALIKE * best)
        if next(alike, None) == spec:
            return Filled.of(spec, candidate, passage)
    return None


def _refuse_unfilled(passage: Passage, reply: Reply) -> None:
    """Refuse a reply that fills no line of the passage's form, or cannot be read."""
    lost = reply.finish_reason == "length" and _labels(passage).are_lost(reply.text)
    if lost or not form_lines(reply.whole_lines, passage):
        raise ReplyError(f"the model did not fill the form; it said {reply.text[:60]!r}")
    read_form(reply.whole_lines, passage)


class FormExtractor:
    """Fills forms passage by passage.

    :param blank: without worked examples and without a question about metadata, for a model that was tuned on that.
    """

    name = "llm"

    def __init__(self, schema: Schema, client: Client, prompts: Prompts, *, blank: bool = False) -> None:
        self.schema = schema
        self._client = client
        self._blank = blank
        self._prompt = prompts["form"]
        self._metadata_prompt = None if blank else prompts["metadata"]
        self._words_prompt = prompts["words"] if schema.worded and not blank else None
        self._cutter = PassageCutter(Shortlist(schema))
        self._examples = () if blank else load_examples(schema)

    async def extract(self, report: ReportText, settled: Settled = NOTHING_SETTLED) -> Extraction:
        """Link one report.

        :raises ReplyError: a passage got no usable reply.
        :raises EndpointError: no model can be reached.
        :raises BudgetError: the token budget is spent.
        """
        passages = [p for p in self._cutter.cut(report) if self._cutter.is_open(p, settled)]
        about = None if settled.metadata else self._about(report)
        read = partial(read_metadata, document=report.document, schema=self.schema)
        asked = [self._client.ask(about, read)] if about else []
        forms_of_words = self._forms_of_words(report)
        asked += [self._client.ask(question, partial(one.read, report=report)) for one, question in forms_of_words]
        asked += [self._client.ask(self.question(one), partial(_refuse_unfilled, one)) for one in passages]
        replies = await answers(asked)
        metadata = read_metadata(replies.pop(0), report.document, self.schema) if about else {}
        words = [form.read(replies.pop(0), report) for form, _ in forms_of_words]
        forms = [
            read_form(reply.whole_lines, passage, self._probabilities(reply, passage))
            for reply, passage in zip(replies, passages, strict=True)
        ]
        count(dropped=sum(dropped for _, dropped in forms))
        return Extraction(
            fields=assign_lines(line for lines, _ in forms for line in lines),
            words={name: said for form in words for name, said in form.items()},
            metadata=metadata,
        )

    def questions(self, report: ReportText) -> list[Question]:
        """What would be asked of a report, for a dry run."""
        about = self._about(report)
        words = [question for _, question in self._forms_of_words(report)]
        return [*([about] if about else []), *words, *map(self.question, self._cutter.cut(report))]

    def _probabilities(self, reply: Reply, passage: Passage) -> dict[str, float | None] | None:
        """How probable the line of each label is, where that says something: of a blank form."""
        if not self._blank:
            return None
        labels = _labels(passage)
        return {named[0].label: sure for line, sure in reply.lines() if (named := labels.line(line))}

    def _forms_of_words(self, report: ReportText) -> list[tuple[WordsForm, Question]]:
        """The forms for choices, dates and quotes, each with what is asked."""
        prompt = self._words_prompt
        return [(form, form.question(report, prompt)) for form in words_forms(report, self.schema)] if prompt else []

    def _about(self, report: ReportText) -> Question | None:
        """The question about metadata, where there is one."""
        prompt = self._metadata_prompt
        return metadata_question(report.document, self.schema, prompt) if prompt else None

    def question(self, passage: Passage) -> Question:
        """The form of one passage."""
        return Question(
            messages=self._prompt.render(
                title=passage.title,
                passage=passage.text,
                fields=passage.fields,
                examples=self._examples,
                wording=self.schema.wording,
            ),
            max_tokens=_TOKENS_PER_LINE * len(passage.fields) + 8,
            logprobs=self._blank,
            accept_cut=True,
            purpose=f"form: {passage.title}",
        )
