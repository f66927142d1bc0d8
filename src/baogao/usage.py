"""What a model was asked for: counted where it is asked, for every scope that is open there, and in total."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pydantic import BaseModel, ConfigDict


class Usage(BaseModel):
    """A count of what a model was asked; counts add up over all attempts."""

    model_config = ConfigDict(extra="forbid")

    requests: int = 0
    """Requests sent, every attempt counted."""
    prompt_tokens: int = 0
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

    def add(self, **counts: float) -> None:
        """Add to the counts that are named."""
        for name, count in counts.items():
            setattr(self, name, (getattr(self, name) or 0) + count)

    def rounded(self) -> Usage:
        """A copy with its seconds to the millisecond, as records keep them."""
        return self.model_copy(update={"seconds": round(self.seconds, 3)})

    def __add__(self, other: Usage) -> Usage:
        total = self.model_copy()
        total.add(**other.model_dump(exclude_none=True))
        return total.rounded()


_open: ContextVar[tuple[Usage, ...]] = ContextVar("baogao_usage", default=())


@contextmanager
def usage_scope() -> Iterator[Usage]:
    """Count what is asked inside the block, in this task and those it starts; documents side by side do not mix."""
    usage = Usage()
    token = _open.set((*_open.get(), usage))
    try:
        yield usage
    finally:
        _open.reset(token)


def count(**counts: float) -> None:
    """Add to every scope that is open here."""
    for usage in _open.get():
        usage.add(**counts)
