"""The tag way of asking, for models tuned on it: a passage with numbered figures, answered by number and name.

The prompt lists no fields and shows no worked example: a tuned model has learned the schema (``baogao tune``). It reads
everything, whatever the words fit, and so does not miss what a shortlist leaves out; a reply is a few lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from baogao.asking.labels import DECORATION
from baogao.asking.passages import on_one_line, section_around
from baogao.candidates.candidate import Candidate
from baogao.document.document import Document, Sentence, Span
from baogao.errors import ReplyError
from baogao.extraction import NOTHING_SETTLED, UNSAID_CONFIDENCE, Extraction, Link, ReportText, Settled, answers
from baogao.llm.client import Client
from baogao.llm.messages import Question, Reply
from baogao.llm.prompts import Prompt, Prompts
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.wording import Wording
from baogao.usage import count

NOTHING = "无"
"""The reply to a passage that answers no field."""
JOINS = "、"
"""Stands between the names of several fields that one figure answers."""
LENGTH = 520
"""The most characters of one passage, unless a single sentence is longer."""
_ENOUGH = 0.6
"""A passage of this share of the length ends with its section."""
_TITLE = 36
"""Characters of the report's beginning that are shown above each passage."""
_TOKENS_PER_CANDIDATE = 14
"""A number, a field's name, a line end; few figures answer two fields."""
_LINE = re.compile(r"\s*(?:\[\[)?(\d+)(?:\]\])?[\s:：.、]+(.*\S)\s*")
_LOOSE_LINE = re.compile(
    r"[\s*_`|•·\"'>-]*(?:编号)?[\[【（(#]{0,2}\s*(\d+)\s*(?:[\]】）)]{1,2}|(?=[\s*_`\"'|→：:.、,-]))(.*\S)\s*"
)
"""The same in a list, a table or JSON, and emphasized."""
_HALF_LINE = re.compile(r"[\W_]*(?:编号)?[\W_]*(?:\d|无?\Z)")


@dataclass(frozen=True)
class Tagged:
    """Some sentences of a report, as a model is shown them."""

    text: str
    """On one line, a running number in ``[[ ]]`` before every figure and every phrase that says "none"."""
    candidates: tuple[Candidate, ...]
    """Those that are numbered; the first has the number 1."""


@dataclass(frozen=True)
class Line:
    """One line of a reply: a candidate, and a field that it answers."""

    field: FieldSpec
    candidate: Candidate
    sure: float
    """The probability of the line's tokens; between 0 and 1."""


def passages(report: ReportText, length: int = LENGTH) -> list[tuple[Sentence, ...]]:
    """A report cut into whole sentences of together at most ``length`` characters; those without a figure are left out.

    A passage that is long enough ends with its section.
    """
    cut: list[list[Sentence]] = []
    size, section = 0, (0, 0)
    for sentence in report.document.sentences:
        characters = sentence.span[1] - sentence.span[0]
        around, _ = section_around(report.document, sentence.span[0])
        if not cut or size + characters > length or (around != section and size > length * _ENOUGH):
            cut.append([])
            size = 0
        cut[-1].append(sentence)
        size, section = size + characters, around
    return [tuple(group) for group in cut if any(numbered(report, sentence.span) for sentence in group)]


def numbered(report: ReportText, span: Span) -> list[Candidate]:
    """The figures and none-phrases of a sentence that get a number: none begins inside of another."""
    found: list[Candidate] = []
    for candidate in report.candidates.within(*span):
        if candidate.kind != "item" and candidate.start >= (found[-1].end if found else span[0]):
            found.append(candidate)
    return found


def tag_passage(report: ReportText, sentences: tuple[Sentence, ...]) -> Tagged:
    """Some sentences with their numbers."""
    document, shown, lines = report.document, list[Candidate](), list[str]()
    for sentence in sentences:
        position, pieces = sentence.span[0], list[str]()
        for candidate in numbered(report, sentence.span):
            shown.append(candidate)
            pieces += [document.text[position : candidate.start], f"[[{len(shown)}]]", candidate.text]
            position = candidate.end
        lines.append(on_one_line("".join([*pieces, document.text[position : sentence.span[1]]])))
    return Tagged("".join(lines), tuple(shown))


def report_title(document: Document) -> str:
    """What stands above every passage of a report: its first characters, without white space."""
    return "".join(document.text.split())[:_TITLE]


def tag_question(prompt: Prompt, title: str, passage: Tagged, wording: Wording) -> Question:
    """What is asked about a passage.

    :param title: see :func:`report_title`.
    :param wording: of the schema.
    """
    return Question(
        messages=prompt.render(title=title, passage=passage.text, wording=wording),
        max_tokens=_TOKENS_PER_CANDIDATE * len(passage.candidates) + 8,
        logprobs=True,
        accept_cut=True,
        purpose=f"tag: {passage.text[:20]}",
    )


def tag_reply(answered: Mapping[int, list[FieldSpec]]) -> str:
    """The right reply to a passage, for tuning: ``3 法律援助案件数`` a line.

    :param answered: by the number of the candidate, the fields that it answers.
    """
    lines = [f"{number} {JOINS.join(spec.label for spec in specs)}" for number, specs in sorted(answered.items())]
    return "\n".join(lines) or NOTHING


def read_tags(reply: Reply, passage: Tagged, schema: Schema) -> tuple[list[Line], int]:
    """What a reply says, and how many of its lines say nothing that holds and were dropped.

    A tuned model may name what a figure is where the schema does not ask for it: such a line is no answer.

    :raises ReplyError: not a single line is a number with a name, or, of a reply that was cut, one is not.
    """
    by_label = {spec.label: spec for spec in reversed(schema.figures)}
    found: list[Line] = []
    dropped = 0
    said = [(text, sure) for text, sure in reply.lines() if text.strip() and text.strip(DECORATION + "。") != NOTHING]
    matches = [(_LINE.fullmatch(text) or _LOOSE_LINE.fullmatch(text), sure) for text, sure in said]
    for match, sure in matches:
        specs = match and (_fields_named(match[2], by_label) or _fields_named(_plain(match[2]), by_label))
        number = int(match[1]) if match else 0
        if not specs or not 0 < number <= len(passage.candidates):
            dropped += 1
        else:
            sure = UNSAID_CONFIDENCE if sure is None else sure
            found += [Line(spec, passage.candidates[number - 1], sure) for spec in specs]
    cut = reply.finish_reason == "length"
    half = reply.text.rpartition("\n")[2].strip(DECORATION) if cut else ""
    # Thoughts that no mark tells from an answer are cut in prose, and figures in them are guesses.
    lost = cut and (not all(match for match, _ in matches) or not _HALF_LINE.match(half))
    if lost or (said and not any(match for match, _ in matches)):
        raise ReplyError(f"the model did not answer by number and name, as one tuned for tag does: {reply.text[:60]!r}")
    return found, dropped


def _plain(names: str) -> str:
    """The names of a line without what a list, a table or JSON puts around them."""
    return names.strip(DECORATION + "|→>：:.、,，。;；-")


def _fields_named(names: str, by_label: Mapping[str, FieldSpec]) -> list[FieldSpec]:
    """The fields that a line names, without names of none; a name may itself hold what stands between names."""
    found: list[FieldSpec] = []
    rest = names
    while rest:
        label = max((one for one in by_label if rest == one or rest.startswith(one + JOINS)), key=len, default=None)
        if label is not None:
            found.append(by_label[label])
            rest = rest[len(label) :].removeprefix(JOINS)
        else:
            rest = rest.partition(JOINS)[2]
    return found


def assign_tags(read: list[list[Line]]) -> dict[str, Link]:
    """One answer for each field: the surest; what a field may add up, with all that the same passage names for it.

    :param read: the lines of each passage.
    """
    links: dict[str, Link] = {}
    for lines in read:
        for line in lines:
            spec = line.field
            before = links.get(spec.id)
            if before is not None and before.confidence >= line.sure:
                continue
            parts = [one.candidate.id for one in lines if one.field == spec and one.candidate.kind == "number"]
            ids = tuple(dict.fromkeys(parts)) if spec.additive and len(parts) > 1 else (line.candidate.id,)
            links[spec.id] = Link(ids, line.sure, by="llm", reason=f"tagged: {line.sure:.2f}")
    return links


class TagExtractor:
    """Asks about every passage with a figure."""

    name = "llm"

    def __init__(self, schema: Schema, client: Client, prompts: Prompts) -> None:
        self.schema = schema
        self._client = client
        self._prompt = prompts["tag"]

    async def extract(self, report: ReportText, settled: Settled = NOTHING_SETTLED) -> Extraction:
        """Link one report; every passage is asked about, whatever is settled.

        A passage whose reply cannot be read is left out, which a notice says.

        :raises ReplyError: no passage has a reply that can be read.
        :raises EndpointError: no model can be reached.
        :raises BudgetError: the token budget is spent.
        """
        title, shown = report_title(report.document), [tag_passage(report, one) for one in passages(report)]
        asked = [tag_question(self._prompt, title, one, self.schema.wording) for one in shown]
        replies = await answers([self._client.ask(question) for question in asked])
        read: list[list[Line]] = []
        unread: list[ReplyError] = []
        for reply, passage in zip(replies, shown, strict=True):
            try:
                lines, dropped = read_tags(reply, passage, self.schema)
            except ReplyError as error:
                unread.append(error)
                continue
            read.append(lines)
            count(dropped=dropped)
        if unread and not read:
            raise unread[0]
        notices = [f"{len(unread)} of {len(shown)} passages got no reply that can be read"] if unread else []
        return Extraction(fields=assign_tags(read), notices=notices)

    def questions(self, report: ReportText) -> list[Question]:
        """What would be asked of a report, for a dry run."""
        title = report_title(report.document)
        shown = [tag_passage(report, one) for one in passages(report)]
        return [tag_question(self._prompt, title, one, self.schema.wording) for one in shown]
