"""What was run, in lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_MODES = {"live": "live", "record": "live, recorded", "replay": "replayed from a recording"}
_USE_RULES = ("rules", "hybrid")


def identity_lines(info: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of everything that tells one run from another; ``info`` is ``run.json``."""
    return [
        *(("data set", _dataset(dataset)) for dataset in info["datasets"]),
        *((entry["name"], _extractor(entry, info.get("rules"))) for entry in info["extractors"]),
        ("parameters", _parameters(info["parameters"])),
        ("schema", f"{info['schema']['name']}, {_short(info['schema']['digest'])}"),
        ("model replies", _MODES[info["mode"]]),
        ("code", _code(info)),
        ("made", f"{info['made']}, Python {info['python']}"),
    ]


def _dataset(dataset: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{count} {split}" for split, count in dataset["splits"].items())
    counted = f"{dataset['documents']} reports" + (f" ({splits})" if splits else "")
    return f"{dataset['name']}: {counted}, gold {_short(dataset['digest'])}"


def _extractor(entry: Mapping[str, Any], rules: str | None) -> str:
    return ", ".join(_made_of(entry, rules)) or "no model"


def _made_of(entry: Mapping[str, Any], rules: str | None) -> Iterator[str]:
    if entry.get("origin") == "records":
        yield "records made elsewhere"
        return
    if entry.get("model"):
        yield f"model {entry['model']}"
    if entry.get("prompts"):
        yield f"prompts {_short(entry['prompts'])}"
    if entry["name"] in _USE_RULES and rules:
        yield f"rules {_short(rules)}"


def _parameters(parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value not in (None, False)}
    return ", ".join(f"{name} {value}" for name, value in given.items()) or "defaults"


def _code(info: Mapping[str, Any]) -> str:
    commit = info.get("commit")
    if not commit:
        return f"baogao {info['baogao']}"
    state = " with changes that are not committed" if info.get("dirty") else ""
    return f"baogao {info['baogao']}, commit {commit[:12]}{state}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
