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
    ├── DocumentError            one input cannot be read; the others go on
    ├── ReplyError               the model's reply cannot be used; the document's row says so
    │   └── NoReplyError         none came: the server is too slow, too busy or broken; later one may
    ├── BudgetError              the token budget is spent
    ├── PendingError             a batch is to bring the reply; until then the document waits
    └── GoldError                gold or records do not hold together
"""

from __future__ import annotations


class BaogaoError(Exception):
    """Anything that baogao raises on purpose; ``str(error)`` is one line for a user."""


class UsageError(BaogaoError):
    """The request itself cannot work; nothing was started."""


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


class DocumentError(BaogaoError):
    """One input cannot be read; the others go on."""


class ReplyError(BaogaoError):
    """The model's reply cannot be used."""


class NoReplyError(ReplyError):
    """No reply came: the server is too slow, too busy or broken; later one may."""


class BudgetError(BaogaoError):
    """The token budget of the run is spent."""


class PendingError(BaogaoError):
    """A batch is to bring the reply; until then the document waits."""


class GoldError(BaogaoError):
    """Gold, or the records scored against it, do not hold together."""
