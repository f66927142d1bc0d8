"""Endpoints as people have them: every way known in which they differ from the OpenAI API, by kind.

What each does was seen in public: in threads of issue trackers, and in what providers write of their errors.
"""

from llm.quirks.answers import FORMS, PROBABILITIES
from llm.quirks.endpoints import ENDPOINTS
from llm.quirks.errors import ERRORS, QUOTA
from llm.quirks.quirk import KEY, Quirk
from llm.quirks.refused import REFUSED
from llm.quirks.shapes import REASONS, SHAPES
from llm.quirks.streams import STREAMS
from llm.quirks.thoughts import THOUGHTS

KINDS: dict[str, list[Quirk]] = {
    "requests refused": REFUSED,
    "shapes of replies": SHAPES,
    "reasons to finish": REASONS,
    "thoughts": THOUGHTS,
    "streams": STREAMS,
    "probabilities": PROBABILITIES,
    "forms of answers": FORMS,
    "words of errors": ERRORS,
    "money": QUOTA,
    "endpoints": ENDPOINTS,
}

__all__ = ["KEY", "KINDS", "Quirk"]
