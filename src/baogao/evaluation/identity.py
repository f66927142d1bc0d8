"""What a run was: enough to repeat it, and to tell whether two runs may be compared."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from baogao._version import __version__
from baogao.errors import UsageError
from baogao.evaluation.gold import Dataset
from baogao.evaluation.summary import SPLITS
from baogao.record import Provenance
from baogao.resources import digest_files, resource_dir
from baogao.rules.rulebook import rules_path
from baogao.schema.fields import Schema

Mode = Literal["live", "record", "replay"]
_PACKAGES = ("openai", "instructor", "pydantic", "numpy", "xllamacpp")
_GIT_SECONDS = 10


def identify(
    schema: Schema,
    datasets: Mapping[Path, Dataset],
    extractors: Sequence[Mapping[str, Any]],
    mode: Mode,
    parameters: Mapping[str, Any],
) -> dict[str, Any]:
    """The content of ``run.json``.

    :param datasets: by the folders that the user named.
    :param extractors: for each one what ``extractor_identity`` says.
    """
    return {
        "baogao": __version__,
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        **code_state(resource_dir("schemas").parent),
        "mode": mode,
        "schema": _schema(schema),
        "rules": _rules_digest(schema),
        "datasets": [_dataset(folder, dataset) for folder, dataset in datasets.items()],
        "extractors": list(extractors),
        "parameters": dict(parameters),
    }


def extractor_identity(name: str, made_by: Provenance | None) -> dict[str, Any]:
    """One extractor's part of ``run.json``; None for records that somebody else made."""
    if made_by is None:
        return {"name": name, "model": None, "prompts": None, "origin": "records"}
    identity = {"name": name, "model": made_by.model, "prompts": made_by.prompts, "origin": "baogao"}
    return identity if made_by.calibration is None else identity | {"calibration": made_by.calibration}


def code_state(checkout: Path) -> dict[str, Any]:
    """The commit of a checkout and whether files differ from it; both None outside of one."""
    if not (checkout / ".git").exists():
        return {"commit": None, "dirty": None}
    commit = _git(checkout, "rev-parse", "HEAD")
    changes = _git(checkout, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit or None, "dirty": None if changes is None else bool(changes)}


def dataset_folders(info: Mapping[str, Any]) -> list[Path]:
    """The folders that a run was made on, as they were named then.

    :raises UsageError: one is not where it was.
    """
    folders = [Path(str(entry["folder"])) for entry in info["datasets"]]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                f"there is no folder {folder}, on which the run was made; name the data sets with --dataset"
            )
    return folders


def _git(checkout: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=checkout, capture_output=True, text=True, timeout=_GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None  # no git, or a checkout that git refuses: the run is as good, its commit is unknown
    return done.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _schema(schema: Schema) -> dict[str, Any]:
    """The schema, with what a report prints of its fields, so that a run can be reported on without it."""
    fields = [
        {
            "id": spec.id,
            "kind": spec.kind,
            "label": spec.label,
            "unit": spec.unit,
            "group": schema.groups.get(spec.group, ""),
        }
        for spec in schema.specs
    ]
    return {
        "name": schema.name,
        "title": schema.title,
        "file": schema.path.name,
        "digest": schema.digest,
        "fields": fields,
    }


def _rules_digest(schema: Schema) -> str | None:
    path = rules_path(schema)
    return digest_files([path]) if path.is_file() else None


def _dataset(folder: Path, dataset: Dataset) -> dict[str, Any]:
    splits = {split: len(dataset.part(split).items) for split in SPLITS}
    return {
        "name": dataset.name,
        "folder": str(folder),
        "documents": len(dataset.items),
        "digest": dataset.digest,
        "splits": {split: count for split, count in splits.items() if count},
    }
