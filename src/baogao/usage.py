"""What a model was asked for: counted where it is asked, for every scope that is open there, and in total."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Counts(BaseModel):
    """What one model was asked, or all of them together; counts add up over all attempts."""

    model_config = ConfigDict(extra="forbid")

    requests: int = 0
    """Requests sent, every attempt counted."""
    prompt_tokens: int = 0
    cached_prompt_tokens: int = Field(default=0, exclude_if=lambda tokens: not tokens)
    """Those of the prompt tokens that the server had in its own cache, and mostly asks less for."""
    completion_tokens: int = 0
    cached: int = 0
    """Questions answered from the cache; they cost nothing, and their tokens are not counted again."""
    seconds: float = 0.0
    """Time spent waiting for replies; waits between attempts and for a free slot are not in it."""
    retries: int = 0
    dropped: int = 0
    """Answers of the model that pointed at no candidate and were dropped."""
    cost: float | None = None
    """In the currency of the configured prices; None when there are none."""
    spared_tokens: int | None = Field(default=None, exclude_if=lambda tokens: tokens is None)
    """Prompt tokens, by estimate, that a model would have taken that was not asked because the others were sure."""
    spared_cost: float | None = Field(default=None, exclude_if=lambda cost: cost is None)
    """Their price, where prices are configured."""

    @property
    def tokens(self) -> int:
        """Those of prompts and replies together."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def asked(self) -> bool:
        """Whether anything was asked, be it answered from the cache."""
        return bool(self.requests or self.cached)

    def add(self, **counts: float) -> None:
        """Add to the counts that are named."""
        for name, count in counts.items():
            setattr(self, name, (getattr(self, name) or 0) + count)

    def rounded(self) -> Self:
        """A copy with its seconds to the millisecond, as records keep them."""
        return self.model_copy(update={"seconds": round(self.seconds, 3)})


class Usage(Counts):
    """The same of all models together; where several are readers, also of each."""

    readers: dict[str, Counts] | None = Field(default=None, exclude_if=lambda readers: not readers)
    """By the name of the model; None where there is one only."""

    def add_for(self, reader: str | None, counts: dict[str, float]) -> None:
        """Add to the counts, and to those of a model where it is named."""
        self.add(**counts)
        if reader is not None:
            self.readers = self.readers or {}
            self.readers.setdefault(reader, Counts()).add(**counts)

    def merge(self, other: Usage) -> None:
        """Add all counts of another one."""
        self.add(**other.model_dump(exclude_none=True, exclude={"readers"}))
        if other.readers:
            self.readers = self.readers or {}
            for name, counts in other.readers.items():
                self.readers.setdefault(name, Counts()).add(**counts.model_dump(exclude_none=True))

    def rounded(self) -> Self:
        """See :meth:`Counts.rounded`; models in the order of their names, whichever answered first."""
        readers = {name: counts.rounded() for name, counts in sorted((self.readers or {}).items())} or None
        return super().rounded().model_copy(update={"readers": readers})

    def __add__(self, other: Usage) -> Usage:
        total = self.model_copy(deep=True)
        total.merge(other)
        return total.rounded()


_open: ContextVar[tuple[Usage, ...]] = ContextVar("baogao_usage", default=())
_reader: ContextVar[str | None] = ContextVar("baogao_reader", default=None)


@contextmanager
def usage_scope() -> Iterator[Usage]:
    """Count what is asked inside the block, in this task and those it starts; documents side by side do not mix."""
    usage = Usage()
    token = _open.set((*_open.get(), usage))
    try:
        yield usage
    finally:
        _open.reset(token)


@contextmanager
def asked_of(reader: str) -> Iterator[None]:
    """Whatever is counted inside the block, in this task and those it starts, one of several models was asked."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def count(**counts: float) -> None:
    """Add to every scope that is open here."""
    for usage in _open.get():
        usage.add_for(_reader.get(), counts)


def count_again(earlier: Usage) -> None:
    """Add what was counted in an earlier scope to every scope that is open here."""
    for usage in _open.get():
        usage.merge(earlier)
