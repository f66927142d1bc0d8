"""Names for the figures of reports: a model is shown passages with numbered figures, and says what each one counts.

It names, and the code reads: value, unit, period and form of a figure are those of its candidate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from baogao.asking.passages import on_one_line, section_around
from baogao.candidates.candidate import FIGURES, Candidate
from baogao.document.document import Document, Sentence
from baogao.errors import ReplyError
from baogao.extraction import ReportText, answers
from baogao.llm.client import Client
from baogao.llm.messages import Question
from baogao.llm.prompts import Prompts
from baogao.llm.structured import ask_model

_LENGTH = 700
"""Characters of one passage, unless a single sentence is longer: a small model names few figures well."""
_MOST_FIGURES = 16
_TOKENS_PER_FIGURE = 90
"""A name, a label and a note, in JSON."""
_FEWEST_TOKENS = 120
_MOST_KNOWN = 80
"""Labels of earlier reports that a question repeats."""
_LONGEST_LABEL = 24
_ESCAPED = str.maketrans("[]", "［］")
"""A report's own brackets are shown wide, so that every [[17]] is a mark."""
_CLAUSE_START = re.compile(r"[，,。；;：:！？!?、（()）\n\t]")
_LEADS = re.compile(
    r"^(?:\d{4}年|全年|今年|去年|上年|本年|年内|报告期内?|预计|其中|同时|共计?|累计|合计|总计|已经?|并|还|又|新|力争|实现|完成|确保)+"
)
_TAILS = re.compile(
    r"(?:达到?|为|是|有|约|共|计|近|超过?|突破|增长|下降|增加|减少|上升|提高|提升|增至|升至|至|到|了|已|仅|均|分别|目标|控制在|在|以内|左右)+$"
)
_NOUN = re.compile(r"[A-Za-z0-9.]*[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9.]+$")


def _number(said: object) -> object:
    """A number as models write it: alone, or in its brackets."""
    digits = re.fullmatch(r"\s*\[*\s*(\d+)\s*\]*\s*", said) if isinstance(said, str) else None
    return int(digits[1]) if digits else said


class NamedFigure(BaseModel):
    """One figure, and what it counts."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[int, BeforeValidator(_number)] = Field(description="the number in [[ ]]")
    label: str = Field(description="what it counts, in the report's words")
    name: str = Field(default="", description="a short name in English or pinyin, snake_case")
    group: str = Field(default="", description="the group that it belongs to")
    note: str = Field(default="", description="one sentence: what counts and what does not")


class NamedFigures(BaseModel):
    """The figures of a passage that are worth collecting."""

    model_config = ConfigDict(extra="ignore")

    figures: list[NamedFigure]


@dataclass(frozen=True)
class Sighting:
    """A figure of a report, with the name that it was given."""

    doc_id: str
    candidate: Candidate
    label: str
    name: str = ""
    group: str = ""
    note: str = ""
    sentence: str = ""
    """In which it stands, on one line."""


@dataclass(frozen=True)
class NamingPassage:
    """Some sentences of one section, with the figures in them."""

    title: str
    sentences: tuple[Sentence, ...]
    figures: tuple[Candidate, ...]

    def text(self, document: Document) -> str:
        """The sentences, every figure led by its number."""
        pieces: list[str] = []
        for sentence in self.sentences:
            position, end = sentence.span
            for figure in self.figures:
                if position <= figure.start and figure.end <= end:
                    pieces += [document.text[position : figure.start].translate(_ESCAPED), f"[[{figure.id}]]"]
                    position = figure.start
            pieces.append(document.text[position:end].translate(_ESCAPED))
        return on_one_line("".join(pieces))


def name_figures(document: Document, passage: NamingPassage, said: NamedFigures) -> list[Sighting]:
    """What a reply says of the figures that it was shown; a figure that it was not shown is passed over."""
    shown = {figure.id: figure for figure in passage.figures}
    found = []
    for one in said.figures:
        label = "".join(one.label.split())[:_LONGEST_LABEL]
        figure = shown.pop(one.id, None)
        if figure is not None and re.search(r"[^\W\d_]", label):
            found.append(
                Sighting(
                    document.doc_id,
                    figure,
                    label,
                    one.name,
                    "".join(one.group.split()),
                    " ".join(one.note.split()),
                    _sentence(document, figure),
                )
            )
    return found


@dataclass
class Namer:
    """Asks a model what the figures of reports count."""

    client: Client
    prompts: Prompts
    passages: int = 0
    """That were asked about."""
    unread: int = 0
    """Those of them whose reply could not be used."""

    async def name(self, report: ReportText, known: Sequence[str]) -> list[Sighting]:
        """The figures of one report that a model names, in reading order.

        :param known: labels that it gave in earlier reports, to be used again.
        :raises EndpointError: the model cannot be asked.
        :raises BudgetError: the token budget is spent.
        """
        document = report.document
        asked = naming_passages(report)
        self.passages += len(asked)
        found = await answers(self._ask(document, passage, known) for passage in asked)
        return [one for some in found for one in some]

    async def _ask(self, document: Document, passage: NamingPassage, known: Sequence[str]) -> list[Sighting]:
        messages = self.prompts["draft"].render(
            title=passage.title, passage=passage.text(document), known=known[:_MOST_KNOWN]
        )
        most = _FEWEST_TOKENS + _TOKENS_PER_FIGURE * len(passage.figures)
        question = Question(messages=messages, max_tokens=most, purpose="draft")
        try:
            said = await ask_model(self.client, question, NamedFigures, self.prompts["repair"])
        except ReplyError:
            self.unread += 1
            return []
        return name_figures(document, passage, said)


def named_by_words(report: ReportText) -> list[Sighting]:
    """The figures of a report named by the words right before them, without a model; those without such words are left
    out."""
    document = report.document
    found = []
    for figure in filter(_is_asked, report.candidates):
        sentence = document.sentence_at(figure.start)
        lead = document.text[sentence.span[0] if sentence else 0 : figure.start]
        words = _CLAUSE_START.split("".join(lead.split()))[-1]
        noun = _NOUN.search(_TAILS.sub("", _LEADS.sub("", words)))
        label = (figure.label.replace(" ", "") or noun[0] if noun else figure.label.replace(" ", ""))[-_LONGEST_LABEL:]
        if len(label) > 1 and re.search(r"[^\W\d_]", label):
            found.append(Sighting(document.doc_id, figure, label, sentence=_sentence(document, figure)))
    return found


def _is_asked(candidate: Candidate) -> bool:
    """Whether a figure may be one that is worth collecting: of the report's own, and not the year before's."""
    cues = candidate.cues
    return candidate.kind in FIGURES and "sub_unit" not in cues and ("prior_year" not in cues or "growth" in cues)


def naming_passages(report: ReportText) -> list[NamingPassage]:
    """The sentences of a report that have figures, a few at a time, none of them across sections."""
    document = report.document
    passages: list[NamingPassage] = []
    for sentence in document.sentences:
        figures = tuple(filter(_is_asked, report.candidates.within(*sentence.span)))
        if not figures:
            continue
        title = section_around(document, sentence.span[0])[1]
        last = passages[-1] if passages else None
        if last is not None and last.title == title and len(last.figures) + len(figures) <= _MOST_FIGURES:
            length = sum(one.span[1] - one.span[0] for one in (*last.sentences, sentence))
            if length <= _LENGTH:
                passages[-1] = NamingPassage(title, (*last.sentences, sentence), last.figures + figures)
                continue
        passages.append(NamingPassage(title, (sentence,), figures))
    return passages


def _sentence(document: Document, candidate: Candidate) -> str:
    sentence = document.sentence_at(candidate.start)
    return on_one_line(document.slice(sentence.span)) if sentence else candidate.text
