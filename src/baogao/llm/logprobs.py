"""The log-probabilities of a reply's tokens: only where a server gives those of the answer itself."""

from __future__ import annotations

import re
from typing import Any

from baogao.llm.messages import TokenLogprob

_MOST_ROUNDING = 0.01
"""By which a probability that was computed may be above 1, as a logarithm."""
_LEAST = -9999.0
"""What some servers write where they do not know."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKS = re.compile(rb"\s*(?:<[^<>]{1,40}>\s*)*")
"""What may stand behind an answer among the tokens, and not in the text."""

_Token = tuple[str, float | None, bytes | None]
"""As it is written, its log-probability, and its bytes: a character may be spread over several tokens."""


def read_logprobs(said: Any, *, of: str | None = None) -> tuple[TokenLogprob, ...] | None:
    """The tokens of a choice's ``logprobs``; None where any of them is without a probability.

    :param of: the answer, where the tokens may hold more than that, such as thoughts; None where they do not.
    """
    tokens = _tokens(said)
    if tokens and of is not None:
        given = [raw if raw is not None else _encoded(token) for token, _, raw in tokens]
        written = [_encoded(token) for token, _, _ in tokens]
        tokens = _those_of(of, tokens, given) or _those_of(of, tokens, written)
    known = [TokenLogprob(token, min(0.0, value)) for token, value, _ in tokens if value is not None]
    return tuple(known) if known and len(known) == len(tokens) else None


def _tokens(said: Any) -> list[_Token]:
    """In either of the shapes that the OpenAI API has had."""
    if not isinstance(said, dict):
        return []
    entries = said.get("content")
    if not isinstance(entries, list):
        names, values = said.get("tokens"), said.get("token_logprobs")
        if not isinstance(names, list) or not isinstance(values, list) or len(names) != len(values):
            return []
        entries = [{"token": name, "logprob": value} for name, value in zip(names, values, strict=True)]
    if not all(isinstance(entry, dict) and isinstance(entry.get("token"), str) for entry in entries):
        return []
    return [
        (_SURROGATE.sub("\ufffd", entry["token"]), _logprob(entry.get("logprob")), _raw(entry.get("bytes")))
        for entry in entries
    ]


def _logprob(said: Any) -> float | None:
    known = type(said) in (int, float) and _LEAST < said <= _MOST_ROUNDING
    return float(said) if known else None


def _raw(said: Any) -> bytes | None:
    try:
        return bytes(said) if isinstance(said, list) else None
    except (TypeError, ValueError):
        return None


def _encoded(token: str) -> bytes:
    return token.encode()


def _those_of(answer: str, tokens: list[_Token], pieces: list[bytes]) -> list[_Token]:
    """The tokens that an answer at the end of all of them is made of; none where that cannot be told."""
    joined, wanted = b"".join(pieces), answer.encode()
    begin = joined.rfind(wanted)
    end = begin + len(wanted)
    if not wanted or begin < 0 or not _MARKS.fullmatch(joined, end):
        return []
    found: list[_Token] = []
    place = 0
    for (token, logprob, _), piece in zip(tokens, pieces, strict=True):
        first, last = max(begin - place, 0), max(min(end - place, len(piece)), 0)
        inside, outside = piece[first:last], piece[:first] + piece[last:]
        place += len(piece)
        if not inside:
            continue
        if outside.strip():
            return []  # a token that is in part of the thoughts has no probability of its own
        if outside:
            token = inside.decode(errors="replace")
        found.append((token, logprob, None))
    return found
