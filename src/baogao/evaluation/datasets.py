"""Loading gold: a file, or a folder of them, with everything checked."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from baogao.errors import GoldError
from baogao.evaluation.checking import Finding, check_gold
from baogao.evaluation.gold import Dataset, Gold, GoldDoc, Split, dataset_digest, gold_files, parse_gold, read_text
from baogao.evaluation.groups import GROUPS_FILE, read_groups
from baogao.schema.fields import Schema

_SPLITS: dict[str, Split] = {"dev": "dev", "test": "test"}
"""Folders that are a split, by name."""


@dataclass(frozen=True)
class GoldCheck:
    """The outcome of checking a data set."""

    documents: int
    findings: list[Finding]
    not_looked_at: int = 0
    """How many fields, over all documents, nobody has looked at."""


def load_gold(path: Path, schema: Schema) -> Gold:
    """Load one gold file and check it against its text; proposals that nobody has looked at are left out of it.

    :raises GoldError: the first thing that is wrong: file, field, offset; warnings do not count.
    """
    gold = parse_gold(path)
    for finding in check_gold(gold, read_text(text_path(path, gold)), schema, path):
        if finding.level == "error":
            raise GoldError(str(finding))
    return gold.known()


def load_dataset(folder: Path, schema: Schema) -> Dataset:
    """Load a folder of gold, checked; a folder called ``dev`` or ``test`` is the split of what lies in it.

    :raises UsageError: no such folder, or no gold in it.
    :raises GoldError: anything that is wrong in a file, or an id that stands twice.
    """
    items: dict[str, GoldDoc] = {}
    groups = read_groups(folder)
    for path in gold_files(folder):
        gold = load_gold(path, schema)
        if gold.doc_id in items:
            raise GoldError(f"{path}: doc_id: {gold.doc_id!r} is also in {items[gold.doc_id].gold_path}")
        # of folders within one another the innermost decides; a part of a data set that is loaded alone keeps its split
        names = [*reversed(path.relative_to(folder).parent.parts), folder.resolve().name]
        split = next((_SPLITS[name] for name in names if name in _SPLITS), None)
        items[gold.doc_id] = GoldDoc(gold, text_path(path, gold), path, split, groups.get(gold.doc_id, {}))
    ordered = [items[doc_id] for doc_id in sorted(items)]
    return Dataset(folder.resolve().name, ordered, dataset_digest(ordered))


def check_dataset(folder: Path, schema: Schema) -> GoldCheck:
    """Find everything that is wrong or doubtful in a folder of gold, instead of stopping at the first error.

    :raises UsageError: no such folder, or no gold in it.
    """
    findings: list[Finding] = []
    seen: dict[str, Path] = {}
    not_looked_at = 0
    paths = gold_files(folder)
    for path in paths:
        try:
            gold = parse_gold(path)
            findings += check_gold(gold, read_text(text_path(path, gold)), schema, path)
        except GoldError as error:
            findings.append(Finding("error", path, "file", str(error).removeprefix(f"{path}: ")))
            continue
        not_looked_at += len(gold.not_looked_at)
        if gold.doc_id in seen:
            findings.append(Finding("error", path, "doc_id", f"{gold.doc_id!r} is also in {seen[gold.doc_id]}"))
        seen[gold.doc_id] = path
    findings += _check_groups(folder, seen)
    return GoldCheck(len(paths), findings, not_looked_at)


def _check_groups(folder: Path, known: Container[str]) -> Iterator[Finding]:
    """What is wrong in the groups of a data set, and reports that it does not have."""
    path = folder / GROUPS_FILE
    try:
        for doc_id in read_groups(folder):
            if doc_id not in known and folder.resolve().name not in _SPLITS:
                yield Finding("warning", path, doc_id, "there is no gold of this report")
    except GoldError as error:
        yield Finding("error", path, "groups", str(error))


def text_path(path: Path, gold: Gold) -> Path:
    """The text beside a gold file.

    :raises GoldError: the gold names no file beside it.
    """
    if Path(gold.text_file).name != gold.text_file or gold.text_file in {"", ".."}:
        raise GoldError(f"{path}: text_file: {gold.text_file!r} is not the name of a file beside the gold")
    return path.with_name(gold.text_file)
