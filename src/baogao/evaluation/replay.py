"""``baogao eval replay``: a published run, played again offline and compared to the byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from baogao.assemble import ModelOptions
from baogao.errors import UsageError
from baogao.evaluation.identity import dataset_folders
from baogao.evaluation.predict import EvalRequest, Watch, predict_run, unwatched
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.schema.load import load_schema

SUMMARY = "summary.json"
CASSETTES = "cassettes"


def replay_run(published: Run, out: Path, cassettes: Path | None = None, watch: Watch = unwatched) -> list[str]:
    """Play a published run again into ``out`` and score it.

    :param cassettes: the recording, where it is not in the run's own folder.
    :returns: what differs in its summary, as paths into it; empty when the two are the same to the byte.
    :raises UsageError: the run has no cassettes, or its data sets are not where they were.
    :raises ReplayError: what is asked now is not what was recorded.
    """
    cassettes = cassettes or published.path / CASSETTES
    if not cassettes.is_dir():
        raise UsageError(f"{published.path} cannot be replayed: there is no folder {cassettes}")
    info = published.read("run.json")
    folders = dataset_folders(info)
    names = [entry["name"] for entry in info["extractors"] if entry["origin"] == "baogao"]
    schema = load_schema(info["schema"]["name"])
    run = predict_run(EvalRequest(folders, out, names, (), _options(info), replay=cassettes), schema, watch)
    score_run(run, load_datasets(folders, schema), schema)
    return _compare(published, run)


def _options(info: Mapping[str, Any]) -> ModelOptions:
    """What shaped the run beside its recording; one that had no calibration gets none."""
    calibrated = any(entry.get("calibration") for entry in info["extractors"])
    return ModelOptions(
        min_confidence=info["parameters"].get("min_confidence"), calibration=None if calibrated else "none"
    )


def _compare(published: Run, run: Run) -> list[str]:
    if (published.path / SUMMARY).read_bytes() == (run.path / SUMMARY).read_bytes():
        return []
    return list(_differences(published.read(SUMMARY), run.read(SUMMARY))) or ["the order or the spacing of its keys"]


def _differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield f"{path}: {old} is now {new}"
