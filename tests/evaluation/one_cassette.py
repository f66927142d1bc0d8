"""One cassette by itself, without the recording that it is a part of in a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from baogao.evaluation.cassettes import Cassette, Mode, playing


@contextmanager
def cassette(path: Path, mode: Mode) -> Iterator[Cassette]:
    """Record to, or play from, a file; a recording replaces what was there, also when the block ends in an error."""
    if mode == "record":
        path.unlink(missing_ok=True)
    played = Cassette(path, mode)
    try:
        with playing(played):
            yield played
    finally:
        if mode == "record":
            played.save()
