"""Candidates: what in a report could answer a question, found by code alone.

``find_candidates`` reads a document; ``parse_quantity`` reads the text of one figure.
"""

from baogao.candidates.candidate import USUAL, Candidate, Candidates, Kind
from baogao.candidates.find import find_candidates
from baogao.candidates.numbers import Quantity, parse_quantity
from baogao.schema.fields import Cue

__all__ = ["USUAL", "Candidate", "Candidates", "Cue", "Kind", "Quantity", "find_candidates", "parse_quantity"]
