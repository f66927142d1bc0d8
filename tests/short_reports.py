"""Short reports, read, and a client for a server of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from baogao.candidates import Candidate, Candidates, find_candidates
from baogao.document import Document, document_from_text
from baogao.llm import Abilities, EndpointSettings, ModelClient

COMMUNIQUE = Path(__file__).parent / "fixtures" / "communique" / "communique.py"


class Read(NamedTuple):
    """A text with what the grammar sees in it."""

    document: Document
    candidates: Candidates

    def of(self, text: str) -> Candidate:
        """The candidate with this text."""
        return next(candidate for candidate in self.candidates if candidate.text == text)


def read(text: str) -> Read:
    """Read a report that is given as text."""
    document = document_from_text(text, "report")
    return Read(document, find_candidates(document))


def client_of(url: str, **abilities: bool) -> ModelClient:
    """A client that sends each question once and keeps nothing."""
    settings = EndpointSettings(base_url=url, model="small", max_attempts=1)
    return ModelClient(settings, abilities=Abilities(**abilities))
