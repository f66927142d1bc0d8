"""Candidates: what in a report could answer a question, found by code alone.

``find_candidates`` reads a document; ``parse_figure`` reads the text of one figure.
"""

from baogao.candidates.candidate import Candidate, Candidates, Cue, Kind
from baogao.candidates.find import find_candidates, to_json
from baogao.candidates.numbers import Figure, parse_figure

__all__ = ["Candidate", "Candidates", "Cue", "Figure", "Kind", "find_candidates", "parse_figure", "to_json"]
