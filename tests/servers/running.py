"""A model server in a process of its own, for the length of a block."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers.kinds import HOME, KINDS, ROOT, Kind, Place

_START_SECONDS = 240.0
_STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    kind: Kind
    url: str
    model: str
    version: str


@contextmanager
def running(kind: Kind, models: Path, scratch: Path) -> Iterator[Running]:
    """Start a server, and stop it at the end of the block.

    :raises RuntimeError: it does not come up; with the end of its log.
    """
    with ExitStack() as stack:
        behind = ""
        if kind.behind:
            other = next(one for one in KINDS if one.name == kind.behind)
            behind = stack.enter_context(running(other, models, scratch / "behind")).url
        scratch.mkdir(parents=True, exist_ok=True)
        place = Place(models, _free_port(), scratch, behind)
        words = kind.words(place)
        program = kind.bin / words[0] if kind.environment else Path(shutil.which(words[0]) or words[0])
        log = stack.enter_context((scratch / "server.log").open("wb"))
        for folder in ("hub", "ollama"):
            (HOME / "kept" / folder / "hub").mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            [program, *words[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_variables(kind, place),
            start_new_session=True,
        )
        stack.callback(_stop, process)
        _await(process, place, kind.key)
        if kind.ready:
            subprocess.run(kind.ready(place), check=True, env=_variables(kind, place), capture_output=True)
        yield Running(kind, f"http://127.0.0.1:{place.port}/v1", kind.model(place), kind.version())


def _variables(kind: Kind, place: Place) -> dict[str, str]:
    """No hub is asked for anything, and nothing of this environment is seen by another."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BAOGAO", "OPENAI"))}
    ours = {} if kind.environment else {"PYTHONPATH": str(ROOT / "src")}
    hub = {"HF_HOME": str(HOME / "kept" / "hub"), "HF_HUB_OFFLINE": "1"}
    return {**kept, **ours, **hub, **{name: value.format(port=place.port) for name, value in kind.variables.items()}}


def _await(process: subprocess.Popen[bytes], place: Place, key: str | None) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{place.port}/v1/models")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(request, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
    log = (place.scratch / "server.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"the server did not come up: {log[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server and whatever it has started: they are one group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(_STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            process.wait()
            return


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
