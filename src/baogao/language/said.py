"""What a message says in Chinese: by its words, else by the template that it was filled from."""

from __future__ import annotations

import gettext
from functools import cache, lru_cache
from inspect import cleandoc
from pathlib import Path

from baogao.language.choice import in_force
from baogao.language.templates import Templates

CATALOGUE = Path(__file__).parent / "locale" / "zh" / "LC_MESSAGES" / "baogao.mo"


def translated(text: str) -> str:
    """A message in the language in force; what no message of the catalogue fits stays as it is."""
    return in_chinese(text) if in_force() == "zh" else text


@lru_cache(maxsize=1024)
def in_chinese(text: str) -> str:
    """A message in Chinese, whatever language is in force; reports have many messages in common."""
    return chinese().filled(text)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring, each a message in one line."""
    return [" ".join(one.split()) for one in cleandoc(text).split("\n\n") if one.strip()]


@cache
def chinese() -> Templates:
    """The Chinese catalogue."""
    with CATALOGUE.open("rb") as file:
        messages: dict[object, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    return Templates({message: words for message, words in messages.items() if isinstance(message, str) and message})
