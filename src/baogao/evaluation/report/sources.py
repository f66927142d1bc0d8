"""The texts and gold that a run was made on, where they are still at hand and still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from baogao.errors import BaogaoError
from baogao.evaluation.datasets import text_path
from baogao.evaluation.gold import Copies, GoldDoc, dataset_digest, gold_files, parse_gold
from baogao.evaluation.run_info import RunInfo
from baogao.evaluation.runs import Run
from baogao.evaluation.submissions import read_submissions
from baogao.schema.values import Span


@dataclass(frozen=True)
class Sources:
    """What a report can show beside the verdicts of a run."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """By report; one whose text is elsewhere now, or another, is not there."""
    lists: Mapping[str, Mapping[str, list[Copies]]] = field(default_factory=dict)
    """Of each report the entries of its lists, by gold."""
    entries: Mapping[tuple[str, str], Mapping[str, list[list[Span]]]] = field(default_factory=dict)
    """The same by an extractor, by its name and the report."""
    not_looked_at: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Of each report the fields that no annotator has looked at."""

    @classmethod
    def of(cls, run: Run, info: RunInfo, folders: Iterable[Path] | None = None) -> Sources:
        """Look for them.

        :param folders: where the data sets are now; None for where they were when the run was made.
        """
        items = list(_same(folders or [Path(one.folder) for one in info.datasets], info))
        texts = {}
        for item in items:
            with suppress(OSError, UnicodeDecodeError):
                data = item.text_path.read_bytes()
                if hashlib.sha256(data).hexdigest() == item.gold.sha256:
                    texts[item.gold.doc_id] = data.decode("utf-8")
        entries = dict[tuple[str, str], dict[str, list[list[Span]]]]()
        for name in info.names:
            with suppress(BaogaoError):
                entries |= {(name, one.doc_id): one.lists for one in read_submissions(run.records_path(name))}
        golds = {item.gold.doc_id: item.gold for item in items}
        lists = {name: gold.lists for name, gold in golds.items()}
        return cls(texts, lists, entries, {name: gold.not_looked_at for name, gold in golds.items()})


def _same(folders: Iterable[Path], info: RunInfo) -> Iterator[GoldDoc]:
    """The gold of those data sets that are as they were."""
    for folder in folders:
        with suppress(BaogaoError):
            items = _items(gold_files(folder))
            if dataset_digest(items) == info.gold_digests.get(folder.resolve().name):
                yield from items


def _items(paths: Sequence[Path]) -> list[GoldDoc]:
    golds = [(path, parse_gold(path).known()) for path in paths]
    items = [GoldDoc(gold, text_path(path, gold), path) for path, gold in golds]
    return sorted(items, key=lambda item: item.gold.doc_id)
