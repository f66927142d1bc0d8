"""``baogao.toml`` in the working directory: read in one place, with a word on every section and key that is none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from baogao.errors import UsageError
from baogao.llm.keys import holds_key

CONFIG_FILE = "baogao.toml"
SECTIONS = ("endpoint", "models")
_HEADER = re.compile(r"\s*\[+\s*([\w.\"'-]+)\s*\]+")


def read_config(path: Path | None = None) -> dict[str, Any]:
    """What the file says; nothing where there is none.

    :param path: ``baogao.toml`` in the working directory, by default.
    :raises UsageError: it cannot be read, or has a section that is none.
    """
    path = path or Path(CONFIG_FILE)
    try:
        with path.open("rb") as file:
            config = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.resolve()}: {error}") from None
    for name, value in config.items():
        if name not in SECTIONS:
            told, near = _shown(name), meant_instead_of(name, SECTIONS)
            if isinstance(value, dict | list):
                raise UsageError(f"{path}: there is no section [{told}]{near}")
            raise UsageError(f"{path}: there is no key {told!r} above the sections{near}")
    return config


def check_keys(where: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
    """See that a table has no key that is none.

    :raises UsageError: it has one; the nearest that there is, or all of them, are named.
    """
    known = list(known)
    for name in table:
        if name not in known:
            raise UsageError(f"{where}: there is no {_shown(name)!r}{meant_instead_of(name, known)}")


def meant_instead_of(name: str, known: Iterable[str]) -> str:
    """What to say behind a name that is none: the nearest one, or those that there are."""
    known = list(known)
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f"; {near[0]!r} is meant, perhaps" if near else f"; there are: {', '.join(known)}"


def line_of(section: str, key: str, path: Path | None = None) -> int | None:
    """In which line of the file a key of a section stands; None where it cannot be told."""
    try:
        lines = (path or Path(CONFIG_FILE)).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    here = ""
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            here = header[1]
            if here == f"{section}.{key}":
                return number
        elif here == section and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
            return number
    return None


def _shown(name: str) -> str:
    """A name from the file, unless somebody wrote a key there."""
    return "***" if holds_key(name) else name
