"""The language in force: what was said by ``--lang``, else ``BAOGAO_LANG``, else the locale; Chinese or English."""

from __future__ import annotations

import locale
import os
from contextlib import suppress
from typing import Literal

Language = Literal["en", "zh"]

_said: Language | None = None
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def use(language: Language | None) -> None:
    """Say everything in this language from now on, whatever the environment says; None leaves it to the environment."""
    global _said
    _said = language


def in_force() -> Language:
    """The language to speak now; what is neither Chinese nor named at all is English."""
    if _said:
        return _said
    name = os.environ.get("BAOGAO_LANG") or next(filter(None, map(os.environ.get, _LOCALE)), None) or _of_system()
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def _of_system() -> str:
    """What Windows or macOS says where the environment says nothing; empty where nothing is said."""
    with suppress(ValueError, TypeError):
        return locale.getlocale()[0] or ""
    return ""
