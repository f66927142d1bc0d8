"""A model server on this machine: llama.cpp in a process of its own, so that its log and its crashes stay there.

``python -m baogao.llm.server`` is that process. It serves until its standard input ends, and so does not outlive
whoever started it.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from baogao.errors import ModelFileError, UsageError
from baogao.llm.messages import Abilities

DEFAULT_CONTEXT = 4096
"""Tokens of prompt and reply together, for each slot."""

_log = logging.getLogger(__name__)

_START_SECONDS = 300.0
"""From the address to the first good answer."""
_STOP_SECONDS = 5.0
"""For each way of asking the process to stop, from the gentlest to the hardest."""
_POLL_SECONDS = 0.1
_GGUF_MAGIC = b"GGUF"
"""What every file in GGUF format begins with."""
_LOGGED_ERROR = re.compile(r"^[\d.]+ E (.*)", re.MULTILINE)
"""A line of llama.cpp's log: a time, the level (E is an error), the words."""


class EmbeddedServer:
    """Serves a model file on a free port for the length of a ``with`` block.

    :param gguf: the model's file.
    :param port: 0 takes a free one.
    :param context: tokens of prompt and reply together, for each slot.
    :param parallel: slots; each keeps a prompt of its own, and shares the cores with the others.
    :param threads: 0 takes as many as there are cores.
    :param adapters: LoRA files; the first is applied where a request does not say which, as :func:`applied` does.
    """

    def __init__(
        self,
        gguf: Path,
        *,
        adapters: Sequence[Path] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        context: int = DEFAULT_CONTEXT,
        parallel: int = 1,
        threads: int = 0,
    ) -> None:
        self.model = gguf.stem
        """The model's name at the server: the file's, so that it does not depend on the folder."""
        self.log: Path | None = None
        """What the server says, while it runs: a file that nobody else can read, or have put there before."""
        self._gguf = gguf
        self._adapters = adapters
        self._context = context
        self._options = [f"--host={host}", f"--port={port}", f"--context={context}", f"--parallel={parallel}"]
        self._options.append(f"--threads={threads or os.cpu_count() or 1}")
        self._options += [f"--adapter={adapter.resolve()}" for adapter in adapters]
        self._process: subprocess.Popen[str] | None = None
        self._address = ""

    @property
    def abilities(self) -> Abilities:
        """What llama.cpp can do with any model, so that it need not be probed; calls of tools depend on the model."""
        return Abilities(json_schema=True, json_object=True, logprobs=True, context_length=self._context)

    @property
    def identity(self) -> str:
        """What tells the model's file from any other, so that its replies are found again whatever the port is."""
        file = self._gguf.resolve()
        return f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}"

    @property
    def base_url(self) -> str:
        """The URL to ask, once the server is up."""
        return f"{self._address}/v1"

    def start(self) -> None:
        """Start the server and wait until it answers.

        :raises UsageError: the extra ``local`` is missing.
        :raises ModelFileError: the file is no model, or the server does not come up.
        """
        check_llama()
        for model in (self._gguf, *self._adapters):
            check_gguf(model)
        command = [sys.executable, "-m", __name__, str(self._gguf.resolve()), *self._options]
        try:
            log, name = tempfile.mkstemp(prefix="baogao-server-", suffix=".log")
        except OSError as error:
            raise ModelFileError(f"the model server finds no place for its log: {error}") from error
        self.log = Path(name)
        with os.fdopen(log, "wb") as file:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,  # Ctrl-C is for us; we stop the server
            )
        try:
            self._await_answer(self._process)
        except BaseException:
            self.stop()
            raise

    def _await_answer(self, process: subprocess.Popen[str]) -> None:
        """Wait for the address, which the process says, and for a good answer from there."""
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise ModelFileError(f"the model server did not start with {self._gguf}: {self._last_words()}")
        self._address = json.loads(line)["address"]
        until = time.monotonic() + _START_SECONDS
        with httpx2.Client(trust_env=False, timeout=5.0) as client:
            while time.monotonic() < until:
                if not self.alive:
                    raise ModelFileError(f"the model server stopped while it started: {self._last_words()}")
                try:
                    if client.get(f"{self._address}/health").status_code == httpx2.codes.OK:
                        _log.info("the model server with %s is ready at %s", self._gguf, self._address)
                        return
                except httpx2.TransportError:
                    pass  # not listening yet
                time.sleep(_POLL_SECONDS)
        raise ModelFileError(f"the model server is not ready after {_START_SECONDS:g} seconds: {self._last_words()}")

    @property
    def alive(self) -> bool:
        """Whether the server's process runs."""
        return self._process is not None and self._process.poll() is None

    def wait(self) -> None:
        """Wait until the server stops.

        :raises ModelFileError: it stopped by itself.
        """
        if self._process is not None:
            code = self._process.wait()
            raise ModelFileError(f"the model server stopped by itself (exit code {code}): {self._last_words()}")

    def stop(self) -> None:
        """Stop the server; it may be stopped already. It stops by itself when its input ends."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        for ask in (process.stdin.close, process.terminate, process.kill):
            ask()
            try:
                process.wait(_STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        process.stdout.close()
        if self.log is not None:
            self.log.unlink(missing_ok=True)

    def _last_words(self) -> str:
        """The first error in llama.cpp's log, which is the cause of the others, or what was said last."""
        log = self.log.read_text(encoding="utf-8", errors="replace") if self.log and self.log.exists() else ""
        if error := _LOGGED_ERROR.search(log):
            return error[1]
        return (log.strip().splitlines() or ["it said nothing"])[-1]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def applied(number: int | None, of: int) -> dict[str, Any]:
    """What a request says to llama.cpp so that one adapter is applied, and no other.

    It is said by every request to a server with several: one that leaves it out may be answered from what the server
    keeps of a prompt read with another adapter.

    :param number: of the adapter, from 0; None for the base alone.
    :param of: how many adapters the server has.
    """
    return {"lora": [{"id": one, "scale": float(one == number)} for one in range(of)]}


def serve(server: EmbeddedServer, announce: Callable[[str], None]) -> None:
    """Serve until the server stops by itself or Ctrl-C comes; ``announce`` gets the base URL once it is up.

    :raises UsageError: the extra ``local`` is missing.
    :raises ModelFileError: the file is no model, or the server does not come up, or it stopped by itself.
    """
    with server:
        announce(server.base_url)
        try:
            server.wait()
        except KeyboardInterrupt:
            return


def check_llama() -> None:
    """Make sure that llama.cpp is installed.

    :raises UsageError: it is not; says how to install it.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise UsageError("the embedded model needs llama.cpp; install it with: pip install 'baogao[local]'")


def check_gguf(path: Path) -> None:
    """Make sure that a file is a model that llama.cpp may know.

    :raises ModelFileError: it is missing, or something else.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_GGUF_MAGIC))
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}") from error
    if magic != _GGUF_MAGIC:
        raise ModelFileError(f"{path} is not a model in GGUF format")


def _child(arguments: list[str]) -> None:
    """Be the server's process: serve, say the address as a line of JSON, stop when the standard input ends.

    Everything else that is said on the standard output goes where errors go: into the log.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("gguf", type=Path)
    parser.add_argument("--host", required=True)
    for name in ("--port", "--context", "--parallel", "--threads"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--adapter", type=Path, action="append", default=[])
    options = parser.parse_args(arguments)
    answer = os.dup(1)
    os.dup2(2, 1)
    server = _listening(options)
    os.write(answer, json.dumps({"address": server.listening_address}).encode() + b"\n")
    os.close(answer)
    while sys.stdin.read(1 << 10):
        continue
    del server


def _listening(options: argparse.Namespace) -> Any:
    """llama.cpp's server, which listens on threads of its own as soon as it is made."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(options.gguf)
    params.model_alias = {options.gguf.stem}
    params.hostnames = [options.host]
    params.port = options.port
    params.n_ctx = options.context * options.parallel
    params.n_parallel = options.parallel
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    params.cache_ram_mib = 0  # each slot keeps its last prompt; older ones would only take memory
    for number, path in enumerate(options.adapter):
        adapter = xllamacpp.CommonAdapterLoraInfo()
        adapter.path, adapter.scale = str(path), float(not number)
        params.lora_adapters = [*params.lora_adapters, adapter]
    params.ui = False
    params.cors_origins = "http://localhost"  # by default any page in a browser could ask
    return xllamacpp.Server(params)


if __name__ == "__main__":
    _child(sys.argv[1:])
