"""The form way of asking, for small models: a passage, and a short form to fill in plain text.

The model copies the printed figure behind each name; the figure counts only where it is a candidate of the passage, so
one that was made up, or copied from a worked example, is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from baogao.asking.answers import answers
from baogao.asking.examples import Example
from baogao.asking.form_metadata import metadata_question, read_metadata
from baogao.asking.form_reading import Filled, choose, form_lines, read_form
from baogao.asking.passages import Passage, PassageCutter
from baogao.candidates.candidate import Candidates
from baogao.document.document import Document
from baogao.errors import ReplyError
from baogao.extraction import NOTHING_SETTLED, Extraction, Settled, TextLink
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question, Reply
from baogao.llm.prompts import Prompts
from baogao.llm.usage import usage_scope
from baogao.record import Usage
from baogao.schema.fields import Schema

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
        self, client: ModelClient, prompts: Prompts, cutter: PassageCutter, examples: Sequence[Example]
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
        return Extraction(fields=choose(filled), metadata=found, usage=usage)

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
