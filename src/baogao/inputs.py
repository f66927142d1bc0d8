"""Which files to read, and what to call them."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from baogao.document.readers import SUFFIXES
from baogao.errors import UsageError


@dataclass(frozen=True)
class Source:
    """One input: where it is, and the id of its record."""

    doc_id: str
    path: Path


def find_sources(inputs: Iterable[str]) -> list[Source]:
    """Every file that some inputs stand for, in the order given, each once.

    :param inputs: files, folders (searched to the bottom, names beginning with a dot left out), or glob patterns.
    :raises UsageError: an input that stands for no file at all: nothing has been started then.

    Two files of one name are both kept: the second is called ``NAME-2``.
    """
    paths: dict[Path, None] = {}
    for given in inputs:
        paths.update(dict.fromkeys(_expand(given)))
    if not paths:
        raise UsageError("there is nothing to read: name a file, a folder or a pattern")
    return _named(list(paths))


def _expand(given: str) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        found = sorted(
            p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES and not _hidden(p, path)
        )
        if not found:
            known = " ".join(sorted(SUFFIXES))
            raise UsageError(f"there is nothing to read in {given}: no file ends in one of {known}")
        return found
    if path.exists():
        return [path]
    matches = sorted(Path(match) for match in glob.glob(given, recursive=True))
    files = [match for match in matches if match.is_file()]
    if not files:
        kind = "no file matches" if glob.has_magic(given) else "there is no file or folder"
        raise UsageError(f"{kind} {given}")
    return files


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _named(paths: list[Path]) -> list[Source]:
    """Ids are stems made distinct; a name that is given is never taken by a numbered one."""
    taken = {path.stem for path in paths}
    used: set[str] = set()
    sources = []
    for path in paths:
        doc_id, number = path.stem, 1
        while doc_id in used or (number > 1 and doc_id in taken):
            number += 1
            doc_id = f"{path.stem}-{number}"
        used.add(doc_id)
        sources.append(Source(doc_id, path))
    return sources
