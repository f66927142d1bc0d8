"""Why a reply ended: what servers call it, in the words of the OpenAI API, and whether they are to be believed."""

from __future__ import annotations

import json
import logging

from baogao.errors import NoReplyError
from baogao.llm.failures import one_line
from baogao.llm.tokens import estimate_text_tokens

_log = logging.getLogger(__name__)

REFUSED = "refusal"
"""Of a reply that is nothing but a refusal; servers say ``stop`` as well."""
UNKNOWN = "unknown"
"""Of a reply that seems whole, behind a word that nobody here knows; it is never kept."""

_WORDS = {
    "stop": "stop eos eos_token end_turn stop_sequence stop_token complete completed done",
    "length": "length max_tokens model_length max_length max_output_tokens token_limit time_limit incomplete "
    "model_context_window_exceeded",
    "tool_calls": "tool_calls tool_call tool_use function_call",
    "content_filter": "content_filter content_filtered sensitive safety image_safety recitation blocklist "
    "prohibited_content spii error_toxic guardrail_intervened",
    REFUSED: "refusal",
}
_KNOWN = {word: reason for reason, words in _WORDS.items() for word in words.split()}
_BROKEN_OFF = frozenset({"error", "abort", "aborted", "cancelled", "network_error", "insufficient_system_resource"})
"""The server's own trouble, which passes."""
_NO_WORD = frozenset({"", "null", "none"})
_LAST = frozenset('。！？；.!?;」』】）)}]"”’`*|')
"""What a whole reply may end with."""
_NEAR = 0.6
"""Of a cap: a reply that is estimated to take less was not cut by it."""
_SHOWN = 40
_said: set[str] = set()
"""Unknown words that were told of."""


class BrokenOffError(NoReplyError):
    """The server gave up a reply before its end; another try may bring a whole one."""


def finish_reason(said: str | None, text: str, *, tokens: int, thoughts: int, max_tokens: int | None) -> str:
    """The reason in the words of the OpenAI API: ``length`` wherever a reply may have been cut.

    :param tokens: that the reply took by the server's count; 0 where it does not say.
    :param thoughts: those of them that the server counts as thoughts.
    :param max_tokens: the cap of the reply; None where it is not known.
    :raises BrokenOffError: the server says that it met trouble.
    """
    word = (said or "").strip().lower().replace("-", "_")
    if word in _BROKEN_OFF:
        raise BrokenOffError(f"the model server gave up its reply ({word})")
    known = "" if word in _NO_WORD else _KNOWN.get(word)
    if known is None:
        known = UNKNOWN
        _tell(word)
    if known not in ("", "stop", UNKNOWN):
        return known
    at_cap = max_tokens is not None and max_tokens in (tokens, tokens - thoughts)
    if known == "stop":  # which some servers say of every reply
        return "length" if at_cap and not _ends_whole(text) else "stop"
    if tokens:
        cut = at_cap or (max_tokens is not None and tokens - thoughts > max_tokens)
    elif known == UNKNOWN:
        cut = not _ends_whole(text)
    else:
        near = max_tokens is not None and estimate_text_tokens(text) > _NEAR * max_tokens
        cut = near and not _ends_whole(text)
    return "length" if cut else known or "stop"


def _tell(word: str) -> None:
    shown = one_line(word)[:_SHOWN]
    if shown not in _said:
        _said.add(shown)
        _log.warning("the model server ends a reply for a reason that baogao does not know: %r; it is not kept", shown)


def _ends_whole(text: str) -> bool:
    """Whether a text ends as a whole one would: as JSON that is complete, or with a mark that ends something."""
    text = text.strip()
    if text.startswith(("{", "[")):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return False
        return True
    return text[-1:] in _LAST
