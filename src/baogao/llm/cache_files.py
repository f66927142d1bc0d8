"""The files of the reply cache: opened without trusting them, and set aside when they are damaged."""

from __future__ import annotations

import sqlite3
import zlib
from itertools import count
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import DBNAME, MODE_BINARY, MODE_RAW
from filelock import FileLock

TROUBLE = (sqlite3.Error, OSError, diskcache.Timeout)
"""What any use of the files may raise."""
BAD_ENTRY = (zlib.error, ValueError, KeyError, TypeError)
"""What reading one entry may raise, when the entry is not one that was kept whole."""

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""SQLite's words for files that are not what they should be; ERROR is a table or a column that is not there."""
_PATIENCE = 30
"""Seconds to wait for another process that writes."""


class InertDisk(diskcache.JSONDisk):  # type: ignore[misc]
    """Keeps JSON and loads nothing else.

    JSONDisk alone still unpickles an entry that is marked as pickled, and opens or removes whatever file an entry names
    (CVE-2025-69872): whoever can write to the cache could run code in it.
    """

    def get(self, key: Any, raw: bool) -> Any:
        """The key of an entry."""
        if not raw:
            raise ValueError("a key in it is pickled")
        return super().get(key, raw)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """The value of an entry."""
        if mode not in (MODE_RAW, MODE_BINARY) or not self._is_own(filename):
            raise ValueError("an entry in it is not one of baogao's")
        return super().fetch(mode, filename, value, read)

    def remove(self, file_path: str) -> None:
        """Remove the file that holds an entry's value."""
        if self._is_own(file_path):
            super().remove(file_path)

    def _is_own(self, filename: str | None) -> bool:
        place = Path(self._directory).resolve()
        return filename is None or (place / filename).resolve().is_relative_to(place)


def open_store(directory: Path) -> Any:
    """Open the cache of a folder, making it where there is none.

    :raises sqlite3.Error, OSError, diskcache.Timeout: see ``is_damage``.
    """
    # Nothing is evicted: a reply that was paid for goes when its owner says so.
    try:
        return diskcache.Cache(str(directory), disk=InertDisk, eviction_policy="none", timeout=_PATIENCE)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        # The library trips over damaged settings of its own, which it reads as it opens.
        damaged = sqlite3.DatabaseError(f"its settings are damaged: {error}")
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damaged from error


def is_damage(error: BaseException) -> bool:
    """Whether an error means that the files are broken, rather than full, locked, or not ours to write."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def identity(directory: Path) -> int | None:
    """What tells the database of a folder from one that took its place; None where there is none."""
    try:
        return int((directory / DBNAME).stat().st_ino)
    except OSError:
        return None


def set_aside(directory: Path, opened: int | None) -> Path | None:
    """Move a damaged cache out of the way.

    :param opened: the ``identity`` of the database that was found damaged.
    :returns: where it is now; None where another process has moved it already.
    :raises OSError: it cannot be moved.
    """
    with FileLock(directory.with_name(f"{directory.name}.lock")):
        if identity(directory) != opened:
            return None
        target = next(path for path in _names_aside(directory) if not path.exists())
        return directory.rename(target)


def all_aside(directory: Path) -> list[Path]:
    """The damaged caches that were moved out of the way of one."""
    return sorted(directory.parent.glob(f"{directory.name}.damaged-*"))


def _names_aside(directory: Path) -> Any:
    return (directory.with_name(f"{directory.name}.damaged-{number}") for number in count(1))
