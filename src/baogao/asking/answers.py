"""Several questions of one document under way at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from baogao.errors import PendingError

T = TypeVar("T")


async def answers(asked: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Every result, in order.

    When one fails the others are cancelled, so that no more tokens are spent. One whose reply a batch is to bring lets
    the others put their questions, too: they all go into one batch.

    :raises BaogaoError: what the first to fail raises.
    """
    tasks = [asyncio.ensure_future(coroutine) for coroutine in asked]
    waiting = set(tasks)
    try:
        while waiting:
            finished, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
            for error in (task.exception() for task in tasks if task in finished):
                if error is not None and not isinstance(error, PendingError):
                    raise error
        return [task.result() for task in tasks]
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
