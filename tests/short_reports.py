"""Short reports, read, and a client for a server of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from baogao.candidates import Candidate, find_candidates
from baogao.document import document_from_text
from baogao.extraction import ReportText
from baogao.llm import Abilities, EndpointSettings, ModelClient
from baogao.schema.fields import Schema, Sought

COMMUNIQUE = Path(__file__).parent / "fixtures" / "communique" / "communique.py"
MUSEUM = Path(__file__).parent / "fixtures" / "museum" / "museum.py"


@dataclass(frozen=True)
class Read(ReportText):
    """A report with what the grammar sees in it."""

    def of(self, text: str) -> Candidate:
        """The candidate with this text."""
        return next(candidate for candidate in self.candidates if candidate.text == text)


def read(text: str, schema: Schema | None = None) -> Read:
    """Read a report that is given as text, for a schema that asks for more than the usual."""
    document = document_from_text(text, "report")
    return Read(document, find_candidates(document, schema.sought if schema else Sought()))


def client_of(url: str, **abilities: bool) -> ModelClient:
    """A client that sends each question once and keeps nothing."""
    settings = EndpointSettings(base_url=url, model="small", max_attempts=1)
    return ModelClient(settings, abilities=Abilities(**abilities))
