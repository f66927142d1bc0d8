"""The form way of asking, for small models: a passage, and a short form to fill in plain text.

The model copies the printed figure behind each name; the figure counts only where it is a candidate of the passage, so
one that was made up, or copied from a worked example, is dropped and counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from baogao.asking.examples import WorkedExample
from baogao.asking.passages import Passage, PassageCutter, askable
from baogao.candidates import parse_quantity
from baogao.candidates.candidate import Candidate, Candidates
from baogao.document.document import Document, Span
from baogao.errors import ReplyError
from baogao.extraction import NOTHING_SETTLED, Extraction, Link, Settled, TextLink, answers
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question, Reply
from baogao.llm.prompts import Prompt, Prompts
from baogao.llm.usage import usage_scope
from baogao.record import Usage
from baogao.schema.fields import FieldSpec, Schema

_HEAD = 260
_TAIL = 120
"""Characters shown of either end: titles, addressees, issuers and dates stand there."""
_TOKENS_PER_VALUE = 40
_NO_VALUE = frozenset({"", "无", "未知", "没有", "null", "缺失"})


def metadata_question(document: Document, schema: Schema, prompt: Prompt) -> Question | None:
    """The form for a document's metadata, or None where the schema asks for none."""
    if not schema.metadata or not document.main:
        return None
    text = "\n".join(document.slice(span) for span in document.main).strip()
    head, tail = text[:_HEAD], text[_HEAD:][-_TAIL:]
    messages = prompt.render(head=head.strip(), tail=tail.strip(), fields=schema.metadata)
    return Question(
        messages, max_tokens=_TOKENS_PER_VALUE * len(schema.metadata), accept_cut=True, purpose="form: metadata"
    )


def read_metadata(reply: Reply, document: Document, schema: Schema) -> dict[str, TextLink]:
    """The lines of a reply that hold, each with the place where its words are printed."""
    found: dict[str, TextLink] = {}
    for line in reply.text.splitlines():
        label, _, answer = line.partition("：")
        spec = next((spec for spec in schema.metadata if spec.label == label.strip()), None)
        link = _link(spec, answer.strip(), document) if spec else None
        if spec and link and spec.id not in found:
            found[spec.id] = link
    return found


def _link(spec: FieldSpec, answer: str, document: Document) -> TextLink | None:
    if answer in _NO_VALUE:
        return None
    if spec.pattern:
        match = re.search(spec.pattern, answer)
        return TextLink(match[0]) if match else None
    span = _printed(answer, document)
    return TextLink(_squeeze(document.slice(span)), (span,)) if span else None


def _printed(answer: str, document: Document) -> Span | None:
    """Where an answer's characters stand in the report, white space and widths aside."""
    wanted = [re.escape(char) for char in _squeeze(_fold(answer))]
    match = re.search(r"\s*".join(wanted), _fold(document.text)) if wanted else None
    return match.span() if match else None


def _fold(text: str) -> str:
    """Widths folded character by character, so that offsets stay; what would become several characters is kept."""
    folded = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, folded, strict=True))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


_LINE = re.compile(
    r"^\s*[-*]?\s*(?P<label>[^：:（(\n]{2,30})(?:[（(][^）)\n]*[）)])?\s*[：:][ \t]*(?P<answer>.*?)\s*$", re.MULTILINE
)
_NOTHING = "无"
_STOPS = "。；;， \n"
_SILENT = frozenset({"", _NOTHING, "未提", "未提及", "没有写", "-", "—", "/", "空", "未知"})
_NONE = re.compile(r"^(?:零|0|没有|未|暂无|不存在)")
_LEAST_SHARE = 0.5
"""A field must fit a candidate at least half as well as the field that fits it best."""
_ALIKE = 0.95
_BASE_CONFIDENCE = 0.5
_CONFIDENCE_PER_FIT = 0.1
_BEST_FIT = 4.0
"""On the development reports, answers were right in 64% of cases below a fit of 2 and in 88% above this one."""
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


def form_lines(reply: str, passage: Passage) -> list[tuple[FieldSpec, str]]:
    """The lines of a reply that answer the form, in its order; a name that was not asked is ignored.

    A single “无” for the whole form is how a model says that the passage answers none of it.
    """
    if reply.strip(_STOPS) == _NOTHING:
        return [(spec, _NOTHING) for spec in passage.fields]
    asked = {spec.label: spec for spec in passage.fields}
    found: dict[str, tuple[FieldSpec, str]] = {}
    for match in _LINE.finditer(reply):
        spec = asked.get(match["label"].strip())
        if spec is not None and spec.id not in found:
            found[spec.id] = (spec, match["answer"].strip(_STOPS))
    return list(found.values())


def read_form(reply: str, passage: Passage) -> tuple[list[Filled], int]:
    """The lines that point at a candidate, and how many pointed at none and were dropped."""
    filled: list[Filled] = []
    dropped = 0
    for spec, answer in form_lines(reply, passage):
        silent = answer in _SILENT
        match = _none_of(spec, passage) if silent else _pointed_at(spec, answer, passage)
        if match is not None:
            filled.append(match)
        elif not silent:
            dropped += 1
    return filled, dropped


def assign_lines(filled: Iterable[Filled]) -> dict[str, Link]:
    """One candidate for each field and one field for each candidate: the best fit among what the passages said."""
    links: dict[str, Link] = {}
    taken: set[int] = set()
    for line in sorted(filled, key=lambda line: (-line.share, -line.fit)):
        if line.field.id in links or line.candidate.id in taken:
            continue
        taken.add(line.candidate.id)
        links[line.field.id] = Link((line.candidate.id,), _confidence(line), by="llm", reason=f"fit {line.fit:.1f}")
    return links


def _confidence(line: Filled) -> float:
    """How often such an answer is right: the better its surroundings fit the field, the more often."""
    confidence = line.share * (_BASE_CONFIDENCE + _CONFIDENCE_PER_FIT * min(line.fit, _BEST_FIT))
    return confidence - (_PART_OF_TOTAL if "part" in line.candidate.cues else 0.0)


def _pointed_at(spec: FieldSpec, answer: str, passage: Passage) -> Filled | None:
    """The candidate with the figure that the model copied, where its words fit the field best."""
    figure = parse_quantity(answer)
    if figure is None or figure.value == 0:
        zeros = [c for c in passage.candidates if c.value == 0]
        return _best(spec, zeros, passage) if _NONE.match(answer) else None
    return _best(spec, [c for c in passage.candidates if c.kind == "number" and c.value == figure.value], passage)


def _none_of(spec: FieldSpec, passage: Passage) -> Filled | None:
    """The phrase that says "none" for a field left blank: only for the one field that the phrase fits best."""
    for candidate in passage.candidates:
        if candidate.kind == "none" and spec.id == _named(passage.fits[candidate.id], passage):
            return _filled(spec, candidate, passage)
    return None


def _named(fits: Mapping[str, float], passage: Passage) -> str | None:
    """The field that a phrase names; of several that it fits alike, the first in the schema's order."""
    best = max(fits.values(), default=0.0)
    return next((field.id for field in passage.fields if best and fits.get(field.id, 0.0) >= _ALIKE * best), None)


def _best(spec: FieldSpec, candidates: list[Candidate], passage: Passage) -> Filled | None:
    scored = [_filled(spec, candidate, passage) for candidate in candidates if askable(candidate)]
    fitting = [line for line in scored if line.share >= _LEAST_SHARE]
    return max(fitting, key=lambda line: line.fit, default=None)


def _filled(spec: FieldSpec, candidate: Candidate, passage: Passage) -> Filled:
    fits = passage.fits[candidate.id]
    fit = fits.get(spec.id, 0.0)
    best = max(fits.values(), default=0.0)
    return Filled(spec, candidate, share=fit / best if best else 0.0, fit=fit)


_TOKENS_PER_LINE = 22


@dataclass(frozen=True)
class _Part:
    """What one question brought."""

    lines: Sequence[Filled] = ()
    dropped: int = 0
    metadata: Mapping[str, TextLink] = field(default_factory=dict)


class FormExtractor:
    """Fills forms passage by passage."""

    name = "llm"

    def __init__(
        self, client: ModelClient, prompts: Prompts, cutter: PassageCutter, examples: Sequence[WorkedExample]
    ) -> None:
        self._client = client
        self._prompt = prompts["form"]
        self._metadata_prompt = prompts["metadata"]
        self._cutter = cutter
        self._examples = tuple(examples)

    async def extract(
        self, document: Document, candidates: Candidates, schema: Schema, settled: Settled = NOTHING_SETTLED
    ) -> Extraction:
        """Link one document.

        :raises ReplyError: a passage got no usable reply, or :raises EndpointError, BudgetError: no reply at all.
        """
        passages = [p for p in self._cutter.cut(document, candidates) if self._cutter.is_open(p, settled)]
        with usage_scope() as meter:
            metadata = [] if settled.metadata else [self._metadata(document, schema)]
            parts = await answers([*metadata, *(self._fill(passage) for passage in passages)])
        filled = [line for part in parts for line in part.lines]
        found = {name: link for part in parts for name, link in part.metadata.items()}
        usage = Usage(**meter.as_dict(), dropped=sum(part.dropped for part in parts))
        return Extraction(fields=assign_lines(filled), metadata=found, usage=usage)

    def questions(self, document: Document, candidates: Candidates, schema: Schema) -> list[Question]:
        """What would be asked of a document, for a dry run."""
        about = metadata_question(document, schema, self._metadata_prompt)
        passages = self._cutter.cut(document, candidates)
        return [*([about] if about else []), *(self.question(passage) for passage in passages)]

    async def _metadata(self, document: Document, schema: Schema) -> _Part:
        question = metadata_question(document, schema, self._metadata_prompt)
        found = read_metadata(await self._client.ask(question), document, schema) if question else {}
        return _Part(metadata=found)

    def question(self, passage: Passage) -> Question:
        """The form of one passage."""
        return Question(
            messages=self._messages(passage),
            max_tokens=_TOKENS_PER_LINE * len(passage.fields) + 8,
            accept_cut=True,
            purpose=f"form: {passage.title}",
        )

    def _messages(self, passage: Passage) -> tuple[Message, ...]:
        return self._prompt.render(
            title=passage.title, passage=passage.text, fields=passage.fields, examples=self._examples
        )

    async def _fill(self, passage: Passage) -> _Part:
        """The lines of one passage's form that point at a candidate, and how many pointed at none."""

        def validate(reply: Reply) -> None:
            if not form_lines(reply.text, passage):
                raise ReplyError(f"the model did not fill the form; it said {reply.text[:60]!r}")

        reply = await self._client.ask(self.question(passage), validate)
        return _Part(*read_form(reply.text, passage))
