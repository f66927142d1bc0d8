"""Candidates: what in a report could answer a question, found by code alone.

``find_candidates`` reads a document; ``parse_quantity`` reads the text of one figure. Their grammar takes a while to
compile: it is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from baogao.candidates.candidate import USUAL, Candidate, Candidates, Kind
from baogao.schema.fields import Cue

if TYPE_CHECKING:
    from baogao.candidates.find import find_candidates
    from baogao.candidates.numbers import Quantity, parse_quantity

_HOMES = {"find_candidates": "find", "Quantity": "numbers", "parse_quantity": "numbers"}

__all__ = ["USUAL", "Candidate", "Candidates", "Cue", "Kind", "Quantity", "find_candidates", "parse_quantity"]


def __getattr__(name: str) -> object:
    """Import a name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"baogao.candidates.{_HOMES[name]}"), name)
