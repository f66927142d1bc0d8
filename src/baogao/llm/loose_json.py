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
    try:
        json.loads(plain)
    except (ValueError, RecursionError):
        return None
    return plain


def _strict(piece: re.Match[str]) -> str:
    if piece["open"] is not None:
        return piece[0]
    if piece["single"] is not None:
        return f'"{_quoted(_ESCAPED_QUOTE.sub(chr(39), piece["single"]))}"'
    if piece["curly"] is not None:
        return f'"{_quoted(piece["curly"])}"'
    if piece["wide"]:
        return {"，": ",", "：": ":"}[piece["wide"]]
    return "" if piece["comment"] or piece["comma"] else piece[0]


def _quoted(text: str) -> str:
    """The inside of a string, its double quotes escaped."""
    return re.sub(r'(\\.)|"', lambda found: found[1] or '\\"', text, flags=re.DOTALL)
