"""Questions of one document side by side: a failure stops the others, a reply that is yet to come does not."""

from __future__ import annotations

import asyncio

import pytest

from baogao.errors import PendingError, ReplyError
from baogao.extraction import answers


class Questions:
    """Remembers which questions came to their end."""

    def __init__(self):
        self.ended = []

    async def ask(self, number, pause=0.0, error=None):
        """Answer with the number, or fail."""
        await asyncio.sleep(pause)
        self.ended.append(number)
        if error is not None:
            raise error
        return number


def test_order():
    """Results come in the order of the questions, whichever is answered first."""
    questions = Questions()
    assert asyncio.run(answers([questions.ask(1, 0.02), questions.ask(2)])) == [1, 2]
    assert questions.ended == [2, 1]


def test_failure_stops_the_others():
    """No more tokens are spent on a document that is lost."""
    questions = Questions()
    with pytest.raises(ReplyError, match="lost"):
        asyncio.run(answers([questions.ask(1, 5), questions.ask(2, error=ReplyError("lost"))]))
    assert questions.ended == [2]


def test_pending_lets_the_others_ask():
    """All questions of a document go into one batch; the document still waits."""
    questions = Questions()
    with pytest.raises(PendingError, match="first"):
        asyncio.run(
            answers(
                [
                    questions.ask(1, error=PendingError("first")),
                    questions.ask(2, 0.02, PendingError("second")),
                    questions.ask(3, 0.04),
                ]
            )
        )
    assert questions.ended == [1, 2, 3]


def test_failure_after_a_pending_one():
    """A failure counts for more than a reply that is yet to come."""
    questions = Questions()
    with pytest.raises(ReplyError, match="lost"):
        asyncio.run(
            answers([questions.ask(1, error=PendingError("first")), questions.ask(2, 0.01, ReplyError("lost"))])
        )
