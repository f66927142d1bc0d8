"""Where baogao's own files are: prompts and schemas, the cache, models."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def resource_dir(kind: Literal["prompts", "schemas"]) -> Path:
    """The folder of the prompts or schemas that come with baogao.

    The wheel carries copies under ``baogao/data``; a checkout (an editable install) has them at its top level, where
    they are edited.
    """
    packaged = _PACKAGE / "data" / kind
    return packaged if packaged.is_dir() else _CHECKOUT / kind


def digest_files(paths: Iterable[Path]) -> str:
    """``sha256:`` and the hex digest over the names and bytes of some files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"


def cache_dir() -> Path:
    """``BAOGAO_CACHE_DIR``, or the folder ``baogao`` in the user's cache folder."""
    return _chosen("BAOGAO_CACHE_DIR") or _users("XDG_CACHE_HOME", mac="Library/Caches", linux=".cache")


def models_dir() -> Path:
    """``BAOGAO_MODELS_DIR``, or ``baogao/models`` in the user's data folder."""
    if chosen := _chosen("BAOGAO_MODELS_DIR"):
        return chosen
    return _users("XDG_DATA_HOME", mac="Library/Application Support", linux=".local/share") / "models"


def _chosen(variable: str) -> Path | None:
    chosen = os.environ.get(variable)
    return Path(chosen).expanduser() if chosen else None


def _users(xdg: str, *, mac: str, linux: str) -> Path:
    """The tool's own folder in one of the user's, where the system has them."""
    if base := os.environ.get(xdg):
        return Path(base) / "baogao"
    if sys.platform == "darwin":
        return Path.home() / mac / "baogao"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "baogao"
    return Path.home() / linux / "baogao"
