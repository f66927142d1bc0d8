"""Where things are kept on a user's machine, by the habits of each system."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_dir() -> Path:
    """``BAOGAO_CACHE_DIR``, or the folder ``baogao`` in the user's cache folder."""
    return _place("BAOGAO_CACHE_DIR", "XDG_CACHE_HOME", mac="Library/Caches", linux=".cache")


def models_dir() -> Path:
    """``BAOGAO_MODELS_DIR``, or ``baogao/models`` in the user's data folder."""
    if os.environ.get("BAOGAO_MODELS_DIR"):
        return _place("BAOGAO_MODELS_DIR", "", mac="", linux="")
    return _place("", "XDG_DATA_HOME", mac="Library/Application Support", linux=".local/share") / "models"


def _place(own: str, xdg: str, *, mac: str, linux: str) -> Path:
    if chosen := os.environ.get(own):
        return Path(chosen).expanduser()
    if base := os.environ.get(xdg):
        return Path(base) / "baogao"
    if sys.platform == "darwin":
        return Path.home() / mac / "baogao"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "baogao"
    return Path.home() / linux / "baogao"
