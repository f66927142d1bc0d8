"""The files in the folder of models: which there are, and taking one away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from baogao.choices import DEFAULT_MODEL
from baogao.errors import ModelFileError, UsageError
from baogao.llm.embedded import MODELS
from baogao.resources import models_dir

State = Literal["whole", "partial", "own"]
"""One that baogao fetches, as large as it must be, or not yet; any other file in GGUF format."""
_SUFFIX = ".gguf"
_PART = ".gguf.part"


@dataclass(frozen=True)
class ModelFile:
    """A file in the folder of models."""

    name: str
    path: Path
    size: int
    """In bytes."""
    state: State

    @property
    def is_default(self) -> bool:
        """Whether ``--embedded`` starts it."""
        return self.name == DEFAULT_MODEL


def model_files() -> list[ModelFile]:
    """What is in the folder of models, by name; a file that is carried there by hand is found as one that was fetched.

    :raises UsageError: the folder cannot be read.
    """
    folder = models_dir()
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        return [_found(path) for path in files if path.name.endswith((_SUFFIX, _PART))]
    except OSError as error:
        raise UsageError(f"the models in {folder} cannot be listed: {error.strerror or error}") from error


def _found(path: Path) -> ModelFile:
    name, size = path.name.removesuffix(".part").removesuffix(_SUFFIX), path.stat().st_size
    known = MODELS.get(name)
    state: State = "own"
    if path.name.endswith(_PART) or (known and known.size != size):
        state = "partial"
    elif known:
        state = "whole"
    return ModelFile(name, path, size, state)


def files_of(name: str) -> list[ModelFile]:
    """The files of a model: whole, or what was fetched of it so far.

    :raises ModelFileError: there is none of this name; says which there are.
    """
    there = model_files()
    found = [one for one in there if one.name == name]
    if not found:
        names = ", ".join(dict.fromkeys(one.name for one in there)) or "none"
        raise ModelFileError(f"there is no model {name!r} in {models_dir()}; there are: {names}")
    return found


def remove_model(name: str) -> int:
    """Take away the files of a model, and nothing else: a link goes, and what it leads to stays.

    :returns: how many bytes they took.
    :raises ModelFileError: there is none of this name, or a file cannot be removed.
    """
    found = files_of(name)
    try:
        for one in found:
            one.path.unlink()
    except OSError as error:
        raise ModelFileError(f"{name} cannot be removed: {error.strerror or error}") from error
    return sum(one.size for one in found)
