"""JSON as models write it: quotes of another kind, comments, a comma too many. What was cut stays no JSON."""

from __future__ import annotations

import json
import re

_FENCE = re.compile(r"```(?:[\w-]+(?=[\s\[{]))?(.*)```", re.DOTALL)
# A string or a comment without an end goes on to the end of the text, which is no JSON then.
_COMMENT = r"//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)"
_PIECE = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*(?:"|\\?\Z))|'(?P<single>(?:[^'\\]|\\.)*)(?:'|(?P<open>\\?\Z))|“(?P<curly>[^“”]*)”"""
    rf"|(?P<comment>{_COMMENT})|(?<![\[{{,，\s])\s*(?P<comma>[,，])(?=(?:\s|{_COMMENT})*[\]}}])|(?P<wide>[，：])",
    re.DOTALL,
)
_BRACE = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[{}]', re.DOTALL)
_IN_BRACES = re.compile(r"\s*\{")
"""As LaTeX's boxes have their content."""
_MOST_BOXES = 3
_OF_JSON = re.compile("[\"':：]")
_ESCAPED_QUOTE = re.compile(r"\\'")


def without_fence(text: str) -> str:
    """A text without the code fence around all of it."""
    fenced = _FENCE.fullmatch(text.strip())
    return (fenced[1] if fenced else text).strip()


def as_json(text: str) -> str | None:
    """The JSON that a whole text is meant to be; None where it is none, or was cut.

    Only marks around values are set right, never a value: no digit and no word is added, changed or left out.
    """
    plain = _PIECE.sub(_strict, without_fence(text))
    return plain if is_json(plain) else None


def is_json(text: str) -> bool:
    """Whether a text is JSON as the standard has it, all of it."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def only_object(text: str) -> str | None:
    """The JSON of the one object in a text; None where there is none, where several differ, or where one was cut."""
    found: dict[str, str] = {}
    place, boxes = 0, _MOST_BOXES
    while (begin := text.find("{", place)) >= 0:
        place = begin + 1
        end = _end_of_object(text, begin)
        if end is None:
            return None
        said = as_json(text[begin:end])
        if said is not None:
            found["".join(said.split())] = said
        elif boxes and _IN_BRACES.match(text, place):
            boxes -= 1
            continue
        elif _OF_JSON.search(text, begin, end):
            return None  # what it was meant to say is not known
        place = end
    return next(iter(found.values())) if len(found) == 1 else None


def _end_of_object(text: str, begin: int) -> int | None:
    depth = 0
    for piece in _BRACE.finditer(text, begin):
        depth += {"{": 1, "}": -1}.get(piece[0], 0)
        if not depth:
            return piece.end()
    return None


def _strict(piece: re.Match[str]) -> str:
    if piece["open"] is not None:
        return piece[0]
    if piece["single"] is not None:
        return f'"{_quoted(_ESCAPED_QUOTE.sub(chr(39), piece["single"]))}"'
    if piece["curly"] is not None:
        return f'"{_quoted(piece["curly"])}"'
    if piece["wide"]:
        return {"，": ",", "：": ":"}[piece["wide"]]
    return " " if piece["comment"] or piece["comma"] else piece[0]


def _quoted(text: str) -> str:
    """The inside of a string, its double quotes escaped."""
    return re.sub(r'(\\.)|"', lambda found: found[1] or '\\"', text, flags=re.DOTALL)
