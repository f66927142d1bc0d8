"""The server's process, its life and its errors; llama.cpp itself is replaced by a stand-in module of the child."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from pathlib import Path

import httpx2
import pytest

import baogao
from baogao.errors import ModelFileError, UsageError
from baogao.llm.server import EmbeddedServer, applied, serve

STAND_IN = """
import http.server, json, os, sys, threading

class Part:
    pass

class CommonParams:
    def __init__(self):
        self.model, self.cpuparams, self.cpuparams_batch = Part(), Part(), Part()
        self.lora_adapters = []

class CommonAdapterLoraInfo(Part):
    pass

class Server:
    def __init__(self, params):
        print("noise of the log")
        if b"broken" in open(params.model.path, "rb").read():
            os.write(2, b"0.01 I loading\\n0.02 E no such architecture\\n0.03 E giving up\\n")
            raise RuntimeError("check the input params")
        if b"stubborn" in open(params.model.path, "rb").read():
            threading.Thread(target=threading.Event().wait).start()
        answers = {"/health": {"status": "ok"}, "/v1/params": {
            "alias": sorted(params.model_alias), "ctx": params.n_ctx, "parallel": params.n_parallel,
            "threads": params.cpuparams.n_threads, "hosts": params.hostnames,
            "adapters": [[one.path, one.scale] for one in params.lora_adapters]}}
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(answers[self.path]).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        web = http.server.ThreadingHTTPServer(("127.0.0.1", params.port), Handler)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        self.listening_address = "http://127.0.0.1:%d" % web.server_port
"""


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    """A file that looks like a model."""
    path = tmp_path / "my-model.gguf"
    path.write_bytes(b"GGUF....")
    return path


@pytest.fixture
def _stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "xllamacpp.py").write_text(STAND_IN, encoding="utf-8")
    own = Path(baogao.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (modules, own))))


def is_up(server: EmbeddedServer) -> bool:
    """Whether anything answers at the server's address."""
    try:
        return httpx2.get(f"{server.base_url}/params", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.usefixtures("_stand_in")
def test_life_of_a_server(gguf: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It answers on a free port inside the block and is gone after it; nothing of its log is seen, or left."""
    with EmbeddedServer(gguf, context=1000, parallel=2, threads=3) as server:
        params = httpx2.get(f"{server.base_url}/params", trust_env=False).json()
        log = server.log
        assert log is not None
        assert "noise" in log.read_text(encoding="utf-8")
        assert log.stat().st_mode & 0o777 == 0o600
    assert params == {
        "alias": ["my-model"],
        "ctx": 2000,
        "parallel": 2,
        "threads": 3,
        "hosts": ["127.0.0.1"],
        "adapters": [],
    }
    assert not is_up(server)
    assert not log.exists()
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("_stand_in")
def test_adapters_of_a_server(gguf: Path, tmp_path: Path) -> None:
    """The first is applied where a request does not say which; a request says it for each of them."""
    adapters = [tmp_path / name for name in ("one.gguf", "other.gguf")]
    for path in adapters:
        path.write_bytes(b"GGUF....")
    with EmbeddedServer(gguf, adapters=adapters) as server:
        params = httpx2.get(f"{server.base_url}/params", trust_env=False).json()
    assert params["adapters"] == [[str(adapters[0]), 1.0], [str(adapters[1]), 0.0]]
    assert applied(1, 2) == {"lora": [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 1.0}]}
    assert applied(None, 1) == {"lora": [{"id": 0, "scale": 0.0}]}


@pytest.mark.usefixtures("_stand_in")
def test_an_adapter_that_is_none_is_refused(gguf: Path, tmp_path: Path) -> None:
    """Before anything is started, by its own name."""
    (tmp_path / "note.txt").write_text("text")
    with pytest.raises(ModelFileError, match=r"note\.txt is not a model in GGUF format"):
        EmbeddedServer(gguf, adapters=[tmp_path / "note.txt"]).start()


@pytest.mark.usefixtures("_stand_in")
def test_server_stops_with_an_error_in_the_block(gguf: Path) -> None:
    """An error inside the block does not leave a server behind."""
    server = EmbeddedServer(gguf)
    with pytest.raises(ZeroDivisionError), server:
        raise ZeroDivisionError
    assert not is_up(server)


@pytest.mark.usefixtures("_stand_in")
def test_server_does_not_outlive_its_starter(gguf: Path) -> None:
    """When whoever started it is gone, and with it the pipe, the server stops."""
    server = EmbeddedServer(gguf)
    server.start()
    process = server._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(60) == 0
    server.stop()


@pytest.mark.usefixtures("_stand_in")
def test_a_server_that_does_not_stop_when_asked(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that goes on although its input has ended is told to end."""
    monkeypatch.setattr("baogao.llm.server._STOP_SECONDS", 0.3)
    gguf.write_bytes(b"GGUF stubborn")
    with EmbeddedServer(gguf) as server:
        process = server._process
        assert is_up(server)
    assert process is not None
    assert process.returncode == -signal.SIGTERM
    assert not is_up(server)


@pytest.mark.usefixtures("_stand_in")
def test_serve_says_where_and_reports_a_crash(gguf: Path) -> None:
    """Serving tells its URL once; a server that dies is an error in words."""
    server = EmbeddedServer(gguf)
    told: list[str] = []

    def announce(url: str) -> None:
        told.append(url)
        assert server._process is not None
        os.kill(server._process.pid, signal.SIGKILL)

    with pytest.raises(ModelFileError, match="stopped by itself"):
        serve(server, announce)
    assert len(told) == 1
    assert told[0].endswith("/v1")


@pytest.mark.usefixtures("_stand_in")
def test_ctrl_c_ends_serving(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is the ordinary end of serving, and stops the server."""
    server = EmbeddedServer(gguf)

    def interrupted(self: EmbeddedServer) -> None:
        assert is_up(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(EmbeddedServer, "wait", interrupted)
    serve(server, lambda url: None)
    assert not is_up(server)


@pytest.mark.usefixtures("_stand_in")
def test_model_that_does_not_load(gguf: Path) -> None:
    """The first error of llama.cpp's log is what the user sees."""
    gguf.write_bytes(b"GGUF broken")
    started = time.monotonic()
    with pytest.raises(ModelFileError, match=r"my-model\.gguf: no such architecture$"):
        EmbeddedServer(gguf).start()
    assert time.monotonic() - started < 60


def test_file_that_is_no_model(tmp_path: Path) -> None:
    """A missing file, and one of another kind, are named before anything starts."""
    with pytest.raises(ModelFileError, match=r"none\.gguf cannot be read: No such file"):
        EmbeddedServer(tmp_path / "none.gguf").start()
    (tmp_path / "page.gguf").write_text("<html>")
    with pytest.raises(ModelFileError, match="is not a model in GGUF format"):
        EmbeddedServer(tmp_path / "page.gguf").start()


def test_without_llama(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the user is told how to install it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'baogao\[local\]'"):
        EmbeddedServer(gguf).start()


def test_a_model_is_known_by_its_file(gguf: Path) -> None:
    """Whatever its port and its folder's other names, it is the same; a file that took its place is another."""
    one, link = EmbeddedServer(gguf, port=1), gguf.with_name("link.gguf")
    link.symlink_to(gguf)
    assert one.identity == EmbeddedServer(gguf, port=2).identity == EmbeddedServer(link).identity
    before = one.identity
    gguf.write_bytes(b"GGUF.....")
    assert EmbeddedServer(gguf).identity != before
