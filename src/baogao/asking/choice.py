"""The choice way of asking, for small models beside rules: one figure, a few fields it may answer, one letter.

A small model that fills a form must find figures and tell fields apart at once; here the figure is found already, and
the probability of the letter says how sure the model is. It takes one question a figure, so it pays where few are open:
what rules leave silent (measured in docs/accuracy.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from math import exp

from baogao.asking.examples import load_choices
from baogao.asking.passages import PassageCutter, Shortlist
from baogao.candidates.candidate import Candidate
from baogao.chinese.numerals import fold
from baogao.document.document import Document
from baogao.errors import ReplyError
from baogao.extraction import NOTHING_SETTLED, UNSAID_CONFIDENCE, Extraction, Link, ReportText, Settled, answers
from baogao.llm.client import Client
from baogao.llm.messages import Question, Reply
from baogao.llm.prompts import Prompts
from baogao.schema.fields import FieldSpec, Schema

LETTERS = "ABCDEFG"
"""Names of the options; one letter is one token, whose probability says how sure the model is."""
_OPTIONS = 3
"""Fields to choose from, beside none of them; measured with three (docs/accuracy.md)."""
_TOKENS = 4
"""A letter and the end of the turn: a reply that ends by itself is kept, one that is cut is not."""
_BEFORE, _AFTER = 110, 40
"""The most characters of the figure's sentence that are shown on either side."""
_LEAST_BEFORE = 70
"""Characters before a figure: more than its own sentence where that has just begun."""

# A letter that is no part of a word, nor the article of an English sentence.
_LETTER = r"(?P<letter>[A-Ga-g])(?![A-Za-z0-9类级型股]|[ \t]+(?!(?:because|since|as|is|for)\b)(?-i:[a-z]))"
_BETWEEN = r"(?:应该|应当|应|即)?\s*(?:is|是|为)?(?:[\W_]|text(?:bf)?|mathrm)*"
_ANSWER = re.compile(
    rf"(?:\banswer|答案|(?<!不)(?:应选|故选|我选|选择)|(?:\\b|\x08)oxed){_BETWEEN}{_LETTER}", re.IGNORECASE
)
_OPTION = re.compile(rf"(?:\b(?:option|choice)|选项|回答|(?<!不)选){_BETWEEN}{_LETTER}", re.IGNORECASE)
_FIRST = re.compile(rf"[\W_]*{_LETTER}")
_ALONE = re.compile(r"[\W_]*(?P<letter>[A-Ga-g])[\W_]*")
_STANDING = re.compile(r"(?<![^\W_或和与及])(?P<letter>[A-G])(?![^\W_或和与及])")
# What rejects a letter, asks about it or tells of it, before it and behind it. Behind a mark or a blank may stand an
# option's name, which may begin with a "not" of its own.
_REJECTS = re.compile(
    r"(?:[不非别勿]|排除|否定|去掉|除|\b(?:not|exclud\w+|eliminat\w+|reject\w*|rul\w+ out))"
    r"(?:[了掉去开会能应该当可以要是选择]|the|an?|答案|[ \t])*\Z",
    re.IGNORECASE,
)
_NEAR = 20
"""Characters before a letter in which it may be rejected."""
_REJECTED = re.compile(
    r"""[*_`"'”’」』）)\]】}>]*(?:选?项|这一?[个项])?(?:也|都|就|明显|显然|肯定)?(?:"""
    r"不(?!错|选?项?[A-G]|是[A-G])|非|错|有误|未|没(?!错|有?问题)|[吗么?]|(?:可以|可|应|应该|被)?(?:排除|去掉)"
    r"|[\s，,.。:：]*(?:不(?:对|正确|是(?![A-G])|符|合适|可能|行)|错了|错误(?![率数])|有误|排除|wrong\b|incorrect\b)"
    r"|\s*(?:是|is\b)(?!\s*(?:最|the\b)?\s*(?:正确|对的|答案|合适|因为|由于|correct|right|answer|best|because))"
    r"|[\s、/，,]*(?:或者?|和|与|及|or\b|and\b|[、/，,])\s*(?:选项?)?[A-G](?!\w))",
    re.IGNORECASE,
)
_FIRST_IDEOGRAPH = "\u2e80"
"""Letters and digits before it make a word of a letter that they follow: Aß."""
_BEHIND = " \t\r\n`*_."


@dataclass(frozen=True)
class Choice:
    """One figure and the fields that it may answer."""

    candidate: Candidate
    fields: tuple[FieldSpec, ...]
    title: str
    passage: str
    """The words around the figure, which stands in 【】."""
    fit: float
    """How well the first field fits the figure's surroundings, less where another one, settled already, fits better."""


def words_around(document: Document, candidate: Candidate) -> str:
    """The words around a figure, on one line, with the figure in 【】."""
    sentence = document.sentence_at(candidate.start)
    begin, end = sentence.span if sentence else (candidate.start - _BEFORE, candidate.end + _AFTER)
    begin = max(0, min(max(begin, candidate.start - _BEFORE), candidate.start - _LEAST_BEFORE))
    before = document.text[begin : candidate.start]
    after = document.text[candidate.end : min(max(end, candidate.end), candidate.end + _AFTER)]
    return "".join(f"{before}【{candidate.text}】{after}".split())


def read_letter(reply: Reply) -> int:
    """The number of the option that a reply chooses, from 0.

    :raises ReplyError: it chooses none, or more than one.
    """
    return _chosen(reply.text)[0]


def _chosen(text: str) -> tuple[int, int]:
    """The option's number, and where its letter stands.

    A letter counts behind a word that says that it is the answer, or where the reply begins or ends with it; one in the
    middle of a sentence is a word.
    """
    plain = fold(text)
    said = list(_ANSWER.finditer(plain)) or list(_OPTION.finditer(plain))
    found = [one for one in said if not _is_rejected(plain, one)]
    letters = {one["letter"].upper() for one in found}
    if not found:
        end = plain.rstrip(_BEHIND).rfind("\n") + 1
        first = [one for one in (_FIRST.match(plain), _ALONE.fullmatch(plain, end)) if one]
        found = [one for one in first if not _is_rejected(plain, one)]
        letters = {one["letter"].upper() for one in found}
        if found and found[0].re is _FIRST:
            letters |= {one["letter"] for one in _STANDING.finditer(plain)}
    rejected = {one["letter"].upper() for one in said if one not in found and _is_rejected(plain, one)}
    if len(letters) != 1 or letters & rejected:
        raise ReplyError(f"the model did not choose a letter; it said {text[:20]!r}")
    return LETTERS.index(letters.pop()), found[0].start("letter")


def _is_rejected(text: str, found: re.Match[str]) -> bool:
    """Whether what stands around a letter says that it is not the answer, not the only one, or no letter: A¹."""
    start, end = found.start(), found.end("letter")
    behind = unicodedata.normalize("NFKC", text[end : end + 1])[:1]
    if behind < _FIRST_IDEOGRAPH and behind.isalnum():
        return True
    return bool(_REJECTS.search(text[max(0, start - _NEAR) : start]) or _REJECTED.match(text, end))


def read_choice(reply: Reply, choice: Choice) -> tuple[str, Link] | None:
    """The field that a reply chose, with its probability; None for none of them, or a letter not on offer."""
    number, place = _chosen(reply.text)
    if number >= len(choice.fields):
        return None
    letter = reply.token_at(place)
    sure = exp(letter.logprob) if letter else UNSAID_CONFIDENCE
    return choice.fields[number].id, Link((choice.candidate.id,), sure, by="llm", reason=f"chosen: {sure:.2f}")


class ChoiceExtractor:
    """Asks which field each open figure answers.

    :param most: the most questions about one document; the figures whose words fit a field best are asked about.
    """

    name = "llm"

    def __init__(self, schema: Schema, client: Client, prompts: Prompts, most: int | None = None) -> None:
        self.schema = schema
        self._client = client
        self._prompt = prompts["choice"]
        self._cutter = PassageCutter(Shortlist(schema))
        self._examples = load_choices(schema)
        self._most = most

    async def extract(self, report: ReportText, settled: Settled = NOTHING_SETTLED) -> Extraction:
        """Link one report: one figure for each field, the one that the model is surest of.

        :raises ReplyError: a reply is no letter.
        :raises EndpointError: no model can be reached.
        :raises BudgetError: the token budget is spent.
        """
        asked = self.choices(report, settled)
        replies = await answers([self._client.ask(self.question(choice), read_letter) for choice in asked])
        chosen = [one for one in map(read_choice, replies, asked) if one is not None]
        links: dict[str, Link] = {}
        for name, link in sorted(chosen, key=lambda pair: -pair[1].confidence):
            links.setdefault(name, link)
        return Extraction(fields=links)

    def questions(self, report: ReportText) -> list[Question]:
        """What would be asked of a report with nothing settled, for a dry run."""
        return [self.question(choice) for choice in self.choices(report, NOTHING_SETTLED)]

    def question(self, choice: Choice) -> Question:
        """The question about one figure."""
        messages = self._prompt.render(
            title=choice.title,
            passage=choice.passage,
            fields=choice.fields,
            examples=self._examples,
            letters=LETTERS,
            wording=self.schema.wording,
        )
        purpose = f"choice: {choice.candidate.text}"
        return Question(messages, max_tokens=_TOKENS, logprobs=True, accept_cut=True, purpose=purpose)

    def choices(self, report: ReportText, settled: Settled) -> list[Choice]:
        """The figures to ask about, in reading order: those not settled that may answer a field not settled, either."""
        found: list[Choice] = []
        for passage in self._cutter.cut(report):
            for candidate in passage.candidates:
                if candidate.kind == "none" or candidate.id in settled.candidates:
                    continue
                fits = passage.fits[candidate.id]
                brought = self._cutter.brought(candidate, fits)[:_OPTIONS]
                names = [name for name in brought if name not in settled.fields]
                if names:
                    best = fits[names[0]]
                    fields = tuple(self.schema.by_id[name] for name in names)
                    words = words_around(report.document, candidate)
                    found.append(Choice(candidate, fields, passage.title, words, best * (best / max(fits.values()))))
        found = sorted(found, key=lambda choice: -choice.fit)[: self._most]
        return sorted(found, key=lambda choice: choice.candidate.id)
