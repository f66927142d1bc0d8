"""The log of a command: on the terminal as much as was asked, in a file all of it, a key in neither."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

import typer
from rich.console import Console

from baogao._version import __version__
from baogao.console import InertFormatter, shown
from baogao.errors import BaogaoError, UsageError
from baogao.language import translated
from baogao.resources import mode_of

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
"""By how often ``--verbose`` is given."""
_log = logging.getLogger(__name__)


class TerminalHandler(logging.Handler):
    """Prints log lines above a progress bar, where there is one."""

    def __init__(self, console: Console, level: int) -> None:
        super().__init__(level)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print one."""
        name = record.name.removeprefix("baogao.")
        line = f"{record.levelname.lower()} {name}: {translated(self.format(record))}"
        self._console.print(shown(line), highlight=False, soft_wrap=True, style="dim")


@contextmanager
def logging_to(console: Console, verbose: int, quiet: bool, file: Path | None, command: str) -> Iterator[None]:
    """Log what is done inside, and how it ends.

    :param verbose: 0 shows warnings, 1 what is done, more than that everything.
    :param quiet: only errors are shown.
    :param file: gets everything, of every library, with times.
    :raises UsageError: the file cannot be written.
    """
    ours, everybody = logging.getLogger("baogao"), logging.getLogger()
    level = logging.ERROR if quiet else _LEVELS[min(verbose, 2)]
    with ExitStack() as stack:
        if verbose or quiet:
            stack.enter_context(_heard(ours, TerminalHandler(console, level), level))
        if file:
            handler = logging.StreamHandler(stack.enter_context(_appended(file)))
            handler.setFormatter(InertFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
            stack.enter_context(_heard(everybody, handler, logging.DEBUG))
            stack.enter_context(_level(ours, logging.DEBUG))
        stack.enter_context(_told(command))
        yield


@contextmanager
def _heard(logger: logging.Logger, handler: logging.Handler, level: int) -> Iterator[None]:
    """Inside, a handler gets what a logger and those below it log from a level on."""
    logger.addHandler(handler)
    try:
        with _level(logger, level):
            yield
    finally:
        logger.removeHandler(handler)
        handler.close()


@contextmanager
def _level(logger: logging.Logger, level: int) -> Iterator[None]:
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _told(command: str) -> Iterator[None]:
    """Log that a command begins, and how it ends."""
    started = time.monotonic()
    _log.info("baogao %s: %s", __version__, command)
    how = "ended"
    try:
        yield
    except typer.Exit as ending:
        how = f"ended with exit code {ending.exit_code}"
        raise
    except BaogaoError as error:  # whoever called prints it
        _log.debug("it failed: %s", error, exc_info=True)
        how = f"failed ({type(error).__name__})"
        raise
    except KeyboardInterrupt:
        how = "interrupted"
        raise
    except Exception:
        how = "failed of a bug"
        _log.debug("a bug", exc_info=True)
        raise
    finally:
        _log.info("%s: %s after %.1f s", command, how, time.monotonic() - started)


def _appended(path: Path) -> TextIO:
    """A file that only its owner may read, unless ``BAOGAO_PRIVATE`` says otherwise: a log quotes reports."""
    try:
        opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, mode_of("work"))
    except OSError as error:
        raise UsageError(f"the log {path} cannot be written: {error.strerror or error}") from error
    return os.fdopen(opened, "a", encoding="utf-8", errors="backslashreplace")
