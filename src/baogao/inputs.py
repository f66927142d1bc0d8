"""Which files to read, and what to call them."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from baogao.document.readers import SUFFIXES
from baogao.errors import UsageError

_MARKED = ".marked.txt"


@dataclass(frozen=True)
class Source:
    """One input: where it is, and the id of its record."""

    doc_id: str
    path: Path

    @property
    def name(self) -> str:
        """The path as the user gave it, in characters that can be written."""
        return _writable(self.path)


def find_sources(inputs: Iterable[str]) -> list[Source]:
    """Every file that some inputs stand for, in the order given, each once.

    :param inputs: files, folders (searched to the bottom, names beginning with a dot left out), or glob patterns.
    :raises UsageError: an input that stands for no file at all: nothing has been started then.

    Two files of one name are both kept: the second is called ``NAME-2``.
    """
    paths: dict[Path, Path] = {}
    for given in inputs:
        for path in _expand(given):
            paths.setdefault(path.resolve(), path)
    if not paths:
        raise UsageError("there is nothing to read: name a file, a folder or a pattern")
    return _named(list(paths.values()))


def _expand(given: str) -> list[Path]:
    if not given:
        raise UsageError("an input is empty: name a file, a folder or a pattern")
    path = Path(given)
    if path.is_dir():
        return _in_folder(path)
    if path.exists():
        return [path]
    matches = sorted(map(Path, glob.glob(given, recursive=True)))  # noqa: PTH207  a pattern may be absolute
    files = [match for match in matches if match.is_file()]
    if not files:
        kind = "no file matches" if glob.has_magic(given) else "there is no file or folder"
        raise UsageError(f"{kind} {given}")
    return files


def _in_folder(folder: Path) -> list[Path]:
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower() in SUFFIXES and not _passed_over(path, folder)
    )
    if not found:
        raise UsageError(f"there is nothing to read in {folder}: no file ends in one of {' '.join(sorted(SUFFIXES))}")
    return found


def _passed_over(path: Path, folder: Path) -> bool:
    """Hidden files, and texts with inline marks, whose compiled text stands elsewhere (docs/evaluation.md)."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return hidden or path.name.endswith(_MARKED)


def _named(paths: list[Path]) -> list[Source]:
    """Ids are stems made distinct; a name that is given is never taken by a numbered one.

    Capitals do not make a name distinct: texts are files called by their ids, and some file systems see one name.
    """
    stems = [_writable(Path(path.stem)) for path in paths]
    taken = {stem.casefold() for stem in stems}
    used: set[str] = set()
    sources = []
    for path, stem in zip(paths, stems, strict=True):
        doc_id, number = stem, 1
        while doc_id.casefold() in used or (number > 1 and doc_id.casefold() in taken):
            number += 1
            doc_id = f"{stem}-{number}"
        used.add(doc_id.casefold())
        sources.append(Source(doc_id, path))
    return sources


def _writable(path: Path) -> str:
    """A path in characters that UTF-8 can hold: a name in another encoding has bytes that stand for none."""
    return os.fsencode(path).decode("utf-8", "replace")
