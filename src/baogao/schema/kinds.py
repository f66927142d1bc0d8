"""Which kind of field an annotation asks for: baogao's own kinds, and plain Python types as short forms of them.

``int`` and ``float`` are figures, ``str`` is a quote, ``bool``, ``Literal`` and an enum are choices, ``date`` is a
date, ``list[str]`` a list of entries, ``list[Model]`` rows, and a model a group. So a pydantic model that knows nothing
of baogao is a schema: its titles or names are labels, its descriptions or docstrings notes.
"""

from __future__ import annotations

import datetime
import inspect
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from baogao.schema.fields import Ask, Choice, Date, FieldKind, Figure, Items, Quote, Text

_OWN: tuple[tuple[object, FieldKind], ...] = (
    (Figure, "figure"),
    (Text, "text"),
    (Items, "items"),
    (Choice, "choice"),
    (Date, "date"),
    (Quote, "quote"),
)
_PLAIN: tuple[tuple[type, FieldKind], ...] = (
    (bool, "choice"),
    (int, "figure"),
    (float, "figure"),
    (Decimal, "figure"),
    (str, "quote"),
    (datetime.date, "date"),
    (datetime.datetime, "date"),
)
_YES_NO = {"zh": ("是", "否")}
_YES_NO_ELSE = ("yes", "no")


@dataclass(frozen=True)
class Annotation:
    """What an annotation asks for."""

    kind: FieldKind | Literal["group"]
    plain: bool = False
    """Whether it is a short form, so that an ``Ask`` may be missing."""
    options: tuple[str, ...] = ()
    model: type[BaseModel] | None = None
    """Of rows and of a group: whose fields they have."""


def annotation_of(hint: object, language: str) -> Annotation | None:
    """What a field's annotation asks for; None where it is no kind of field.

    :param hint: the annotation, without ``Annotated``; ``X | None`` is ``X``.
    """
    own = next((kind for type_, kind in _OWN if hint == type_), None)
    if own is not None:
        return Annotation(own, options=yes_no(language) if own == "choice" else ())
    if get_origin(hint) in (Union, UnionType):
        inner = [one for one in get_args(hint) if one is not NoneType]
        return annotation_of(inner[0], language) if len(inner) == 1 else None
    if get_origin(hint) is Literal:
        return Annotation("choice", plain=True, options=tuple(map(str, get_args(hint))))
    if get_origin(hint) is list:
        (inner_hint,) = get_args(hint) or (None,)
        if inner_hint is str:
            return Annotation("items", plain=True)
        return Annotation("rows", plain=True, model=inner_hint) if _is_model(inner_hint) else None
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return Annotation("choice", plain=True, options=tuple(str(one.value) for one in hint))
    if inspect.isclass(hint) and issubclass(hint, BaseModel):
        return Annotation("group", plain=True, model=hint)
    kind = next((kind for type_, kind in _PLAIN if hint is type_), None)
    if kind is None:
        return None
    return Annotation(kind, plain=True, options=yes_no(language) if kind == "choice" else ())


def yes_no(language: str) -> tuple[str, str]:
    """The options of a choice that gives none, in the language of the reports."""
    return _YES_NO.get(language, _YES_NO_ELSE)


def ask_of(name: str, info: FieldInfo, annotation: Annotation) -> Ask | None:
    """What a field asks for: its ``Ask``; or its title, its name in words, where the annotation is plain.

    A plain field that has an ``Ask`` with no options keeps those of its type.
    """
    asks = [extra for extra in info.metadata if isinstance(extra, Ask)]
    if len(asks) > 1 or (not asks and not annotation.plain):
        return None
    ask = asks[0] if asks else Ask(info.title or name.replace("_", " "))
    return ask if ask.options else replace(ask, options=annotation.options)


def _is_model(hint: Any) -> bool:
    return inspect.isclass(hint) and issubclass(hint, BaseModel)
