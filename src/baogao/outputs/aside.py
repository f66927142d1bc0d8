"""A run that people had looked at, kept aside before another one replaces it: nothing that they said is lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from filelock import FileLock

from baogao.outputs.decisions import REVIEWS, REVIEWS_LOCK
from baogao.outputs.earlier import MADE_WITH, digest_of
from baogao.outputs.records import MATRIX, PAGE, RECORDS, REVIEW, SCHEMA, TEXTS, current
from baogao.resources import take_away

ASIDE = "before-{number}"
"""The folder, inside a run's, of an earlier run that people had looked at and that was replaced."""
_PARTS = (RECORDS, REVIEW, MADE_WITH, SCHEMA, TEXTS, PAGE, MATRIX)
"""What belongs to a run and is kept aside with it, besides what people said of it."""


def keep_aside(folder: Path) -> Path | None:
    """Copy a run that people have looked at into a folder inside its own, before it is replaced.

    :returns: that folder, a run's folder as any other; None where nobody has said anything of the run.
    :raises OSError: it cannot be written.
    """
    if not _has_reviews(folder):
        return None
    number = 1 + max(_numbers(folder), default=0)
    last = folder / ASIDE.format(number=number - 1)
    if last.is_dir() and _same(folder, last):  # a run that was killed after it had done this
        return last
    kept, part = folder / ASIDE.format(number=number), folder / ".before.part"
    take_away(part)
    part.mkdir()
    for name in _PARTS:
        place = current(folder / name)
        if place.is_dir():
            shutil.copytree(place, part / name, symlinks=True)
        elif place.is_file():
            shutil.copy2(place, part / name)
    with FileLock(folder / REVIEWS_LOCK):
        shutil.copy2(folder / REVIEWS, part / REVIEWS)
    if hasattr(os, "sync"):
        os.sync()
    part.rename(kept)
    return kept


def take_reviews_aside(folder: Path) -> None:
    """Move what people said of a run to where it was kept aside last, with all that was said since it was copied.

    What they say of the run that replaced it stays: a run that was killed may have done this before.

    :raises OSError: it cannot be moved.
    """
    kept = folder / ASIDE.format(number=max(_numbers(folder), default=1))
    with FileLock(folder / REVIEWS_LOCK):
        if _has_reviews(folder) and _goes_on(folder, kept):
            (folder / REVIEWS).replace(kept / REVIEWS)


def _has_reviews(folder: Path) -> bool:
    file = folder / REVIEWS
    return file.is_file() and not file.is_symlink() and file.stat().st_size > 0


def _numbers(folder: Path) -> list[int]:
    """Of the runs that were kept aside."""
    names = (path.name.partition("-") for path in folder.glob(ASIDE.format(number="*")) if path.is_dir())
    return [int(number) for _, _, number in names if number.isdecimal()]


def _same(folder: Path, kept: Path) -> bool:
    """Whether a run is the one that was kept aside, though more may have been said of it since."""
    return digest_of(current(folder / RECORDS)) == digest_of(kept / RECORDS) and _goes_on(folder, kept)


def _goes_on(folder: Path, kept: Path) -> bool:
    """Whether what people said of a run begins with what was kept aside, line by line."""
    if not (kept / REVIEWS).is_file():
        return False
    whole, _, _ = (kept / REVIEWS).read_bytes().rpartition(b"\n")
    return (folder / REVIEWS).read_bytes().startswith(whole)
