"""Holding back: answers that are less sure than the user wants go to a review queue, not into silence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from baogao.candidates.candidate import Candidates
from baogao.document.document import Document
from baogao.extraction import Extraction, Extractor, Held
from baogao.schema.fields import Schema


@dataclass
class HoldingExtractor:
    """Another extractor, whose unsure answers are held back."""

    inner: Extractor
    least: float
    """Answers with less confidence are held back; between 0 and 1."""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.inner.name

    async def extract(self, document: Document, candidates: Candidates, schema: Schema) -> Extraction:
        """Link one document; see :class:`baogao.extraction.Extractor`."""
        return hold_back(await self.inner.extract(document, candidates, schema), self.least)


def hold_back(extraction: Extraction, least: float) -> Extraction:
    """The extraction with every figure below ``least`` among what is held back."""
    given = {name: link for name, link in extraction.fields.items() if link.confidence >= least}
    held = {
        name: Held(link, f"less sure than the {least:g} that was asked for")
        for name, link in extraction.fields.items()
        if name not in given
    }
    return replace(extraction, fields=given, held={**extraction.held, **held})
