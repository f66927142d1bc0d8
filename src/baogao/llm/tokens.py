"""Tokens: about how many a question takes, and a budget that all questions together are held to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from baogao.errors import BudgetError
from baogao.llm.messages import Message, Payload


class Budget:
    """Tokens that all questions together may take; what is under way is reserved at its worst case."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.spent = 0
        self.reserved = 0

    @contextmanager
    def reservation(self, tokens: int) -> Iterator[None]:
        """Hold ``tokens`` while a request is under way.

        :raises BudgetError: they are more than is left.
        """
        if self.limit is not None and self.spent + self.reserved + tokens > self.limit:
            raise BudgetError(
                f"the budget of {self.limit} tokens does not reach: {self.spent} are spent, {self.reserved} are held "
                f"by questions under way, and the next question may take {tokens}"
            )
        self.reserved += tokens
        try:
            yield
        finally:
            self.reserved -= tokens

    def spend(self, tokens: int) -> None:
        """Record tokens that a reply took."""
        self.spent += tokens


# Fitted to the tokenizer of a model that knows Chinese; only plans and reservations rest on them where a server counts.
_TOKENS_PER_HAN = 0.62
_TOKENS_PER_WORD = 1.2
"""Of Latin letters."""
_TOKENS_PER_MARK = 1.1
"""Anything else: punctuation, signs, and each run of white space."""
_TOKENS_PER_MESSAGE = 5
_TOKENS_PER_CONVERSATION = 3
"""Both are for the chat format's own marks."""
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Characters and radicals, with the kana, and with stops such as 。 and 、, that stand between them in Unicode."""
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[A-Za-z]+")


@lru_cache(maxsize=256)  # instructions and worked examples come with every question
def estimate_text_tokens(text: str) -> int:
    """About how many tokens a text is, for a model of our day that knows Chinese: digits count one each."""
    han = len(_HAN.findall(text))
    digits = len(_DIGIT.findall(text))
    words = _WORD.findall(text)
    marks = len(re.sub(r"\s+", " ", text)) - han - digits - sum(map(len, words))
    return round(han * _TOKENS_PER_HAN + digits + len(words) * _TOKENS_PER_WORD + marks * _TOKENS_PER_MARK)


def estimate_tokens(messages: Iterable[Message]) -> int:
    """About how many prompt tokens a conversation is, the chat format's own marks included."""
    return estimate_conversation_tokens(message.content for message in messages)


def estimate_conversation_tokens(texts: Iterable[str]) -> int:
    """As :func:`estimate_tokens`, from the texts of the turns."""
    turns = (estimate_text_tokens(text) + _TOKENS_PER_MESSAGE for text in texts)
    return sum(turns) + _TOKENS_PER_CONVERSATION


def estimate_payload_tokens(payload: Payload) -> int:
    """About how many prompt tokens a request's body is, with the tools or the schema that it describes."""
    described = [
        json.dumps(payload[name], ensure_ascii=False) for name in ("tools", "response_format") if name in payload
    ]
    return estimate_conversation_tokens([str(message["content"]) for message in payload["messages"]] + described)
