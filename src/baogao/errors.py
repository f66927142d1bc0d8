"""Every error that baogao raises on purpose.

::

    BaogaoError                  anything below; its message is one line, written for a user
    ├── UsageError               the request itself cannot work (exit code 2)
    │   ├── SchemaError          a schema does not load or does not hold together
    │   ├── PromptError          a prompt template does not load or does not render
    │   ├── RulesError           a rules file does not load or names unknown fields
    │   ├── ModelFileError       a model file cannot be had: digest, disk space, no source
    │   ├── ReplayError          a replayed run asked for something that was never recorded
    │   └── EndpointError        no model can be reached: no server, wrong key, unknown model
    │       └── QuotaError       the account is empty: no further question will be answered
    ├── DocumentError            one input cannot be read; the others go on
    │   └── ReadingLimitError    reading it takes more memory or time than is allowed, or breaks its reader
    ├── ReplyError               the model's reply cannot be used; the document's row says so
    │   └── NoReplyError         none came: the server is too slow, too busy or broken; later one may
    ├── BudgetError              the token budget is spent
    ├── TrainingError            training cannot go on; what was learned before is kept
    ├── PendingError             a batch is to bring the reply; until then the document waits
    └── GoldError                gold or records do not hold together

What an error means for a run is said by its class: what it ``ends``, whether it ``ends_for_good`` or ``may_pass``, and
whether it means that there was ``no_answer``.
"""

from __future__ import annotations

from typing import ClassVar, Literal


class BaogaoError(Exception):
    """Anything that baogao raises on purpose; ``str(error)`` is one line for a user."""

    ends: ClassVar[Literal["run", "report", "nothing"]] = "report"
    """What cannot go on: all of a run, where it met nothing better before; this report; or nothing, it only waits."""
    ends_for_good: ClassVar[bool] = False
    """Whether an error that ends a run does so whatever was answered before."""
    may_pass: ClassVar[bool] = True
    """Whether the same report may well go through when it is tried again."""
    no_answer: ClassVar[bool] = False
    """Whether no server would answer; where that goes on, the other reports would fare no better."""


class UsageError(BaogaoError):
    """The request itself cannot work: whoever made it must change something. Most are found before a run starts."""

    ends = "run"


class SchemaError(UsageError):
    """A schema does not load or does not hold together."""


class PromptError(UsageError):
    """A prompt template does not load or does not render."""


class RulesError(UsageError):
    """A rules file does not load, or names fields that the schema does not have."""


class ModelFileError(UsageError):
    """A model file cannot be had: wrong digest, no disk space, no source that answers."""


class ReplayError(UsageError):
    """A replayed run asked for something that was never recorded."""


class EndpointError(UsageError):
    """No model can be reached: no server at the URL, a wrong key, an unknown model."""

    no_answer = True


class QuotaError(EndpointError):
    """The account is empty, or all that it may use is used up: no further question will be answered."""

    ends_for_good = True


class DocumentError(BaogaoError):
    """One input cannot be read; the others go on."""


class ReadingLimitError(DocumentError):
    """Reading it takes more memory or time than is allowed, or breaks its reader."""

    may_pass = False


class ReplyError(BaogaoError):
    """The model's reply cannot be used."""

    may_pass = False


class NoReplyError(ReplyError):
    """No reply came: the server is too slow, too busy or broken; later one may."""

    may_pass = True
    no_answer = True


class BudgetError(BaogaoError):
    """The token budget of the run is spent."""


class TrainingError(BaogaoError):
    """Training cannot go on; what was learned before is kept."""

    ends = "run"


class PendingError(BaogaoError):
    """A batch is to bring the reply; until then the document waits."""

    ends = "nothing"


class GoldError(BaogaoError):
    """Gold, or the records scored against it, do not hold together."""
