"""Labels of a run: gold from its folder and what people decided there, how far they are, on what they differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from baogao.document import document_from_text
from baogao.errors import UsageError
from baogao.evaluation.gold import Dataset, Gold, GoldDoc, write_whole
from baogao.evaluation.labels import gold_of, sound
from baogao.outputs.decisions import Decision, Decisions, ReviewsFile
from baogao.outputs.records import TEXTS, kept_text, read_records, schema_of
from baogao.record import Record
from baogao.resources import make_folder
from baogao.schema.fields import Schema
from baogao.schema.values import Span

WRITTEN = ".labels.json"
"""In a data set that was written here: its files by the digests of what was written. One that reads otherwise by now
was written, or changed, by somebody else."""
WRITTEN_LOCK = ".labels.lock"
_SPANS = TypeAdapter(list[Span])
_KEPT = 2
"""Digests of one file: of what is there, and of what is to come, should writing be broken off."""


@dataclass(frozen=True)
class Labelled:
    """One report of a run, and how far people are with it."""

    doc_id: str
    gold: Gold | None
    """None where there can be none; ``why_not`` says why."""
    text: str = ""
    of: int = 0
    """How many fields, pieces of metadata and lists there are to look at."""
    why_not: str = ""
    left_out: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Fields that somebody decided and that cannot be gold as they are, with the reasons."""
    disputed: Sequence[str] = ()
    """On what people differ; what was decided last is in the gold."""

    @property
    def looked_at(self) -> int:
        """How many fields are gold."""
        return self.of - len(self.gold.not_looked_at) if self.gold else 0


def names_a_file(doc_id: str) -> bool:
    """Whether gold can be written under an id, which anybody may have made up."""
    return Path(doc_id).name == doc_id and not any(char in doc_id for char in "/\\\0")


class LabelRun:
    """A run's folder, as far as labels need it.

    :param schema: a name or a path, where the run's own schema is not meant.
    :raises UsageError: records or decisions cannot be read.
    """

    def __init__(self, folder: Path, schema: str | None = None) -> None:
        self.folder = folder
        self.records = read_records(folder)
        self.schema = schema_of(self.records, schema, folder)
        self.decided = ReviewsFile(folder).all()

    @property
    def people(self) -> list[str]:
        """Who decided anything, in the order of the reports and of their first decisions."""
        known = (self.decided[record.doc_id].people for record in self.records if record.doc_id in self.decided)
        return list(dict.fromkeys(who for people in known for who in people))

    def decisions(self, doc_id: str) -> Decisions:
        """What was decided on one report."""
        return self.decided.get(doc_id) or Decisions()

    def labelled(self, who: str | None = None, *, proposals: bool = False) -> Iterator[Labelled]:
        """Every report with its labels.

        :param who: only what one person decided; None for what stands by now.
        :param proposals: as for :func:`baogao.evaluation.labels.gold_of`.
        :raises UsageError: nobody of that name decided anything; a text cannot be read.
        """
        if who is not None and who not in self.people:
            known = ", ".join(self.people) or "nobody"
            raise UsageError(f"{who} has decided nothing in {self.folder}; who has: {known}")
        for record in self.records:
            yield self._labelled(record, who, proposals)

    def _labelled(self, record: Record, who: str | None, proposals: bool) -> Labelled:
        doc_id = record.doc_id
        if record.status != "ok":
            return Labelled(doc_id, None, why_not=f"it was not read: {record.error}")
        if not names_a_file(doc_id):
            return Labelled(doc_id, None, why_not="its id is not the name of a file")
        text = kept_text(doc_id, self.folder / TEXTS)
        if text is None:
            return Labelled(doc_id, None, why_not="its text was not kept")
        decisions = self.decisions(doc_id)
        gold, wrong = sound(gold_of(record, decisions, text, self.schema, who, proposals=proposals), text, self.schema)
        disputed = [] if who is not None else list(decisions.disputes())
        return Labelled(doc_id, gold, text, len(self.schema.specs), left_out=wrong, disputed=disputed)

    def dataset_of(self, who: str) -> Dataset:
        """One person's labels as a data set that lies in no folder.

        :raises UsageError: as :meth:`labelled`.
        """
        found = [one.gold for one in self.labelled(who) if one.gold is not None and one.looked_at]
        return Dataset(who, [GoldDoc(gold, Path(gold.text_file), Path(gold.doc_id)) for gold in found], "")


def save_gold(labelled: Iterable[Labelled], out: Path, *, overwrite: bool = False) -> list[Path]:
    """Write gold and texts into a data set: all of them, or, where one must not be written over, none.

    :param overwrite: whether gold may go that was not written here, or was changed since.
    :raises UsageError: it would go, or a file cannot be written.
    """
    files: dict[str, bytes] = {}
    for one in labelled:
        if one.gold is not None:
            files[one.gold.text_file] = one.text.encode()
            files[f"{one.doc_id}.gold.json"] = one.gold.to_json().encode()
    if files:
        try:
            make_folder(out)
            with FileLock(out / WRITTEN_LOCK):  # two pages may save at once
                _write_files(files, out, overwrite=overwrite)
        except OSError as error:
            raise UsageError(f"cannot write {error.filename or out}: {error.strerror or error}") from error
    return [out / name for name in files if name.endswith(".gold.json")]


def _write_files(files: Mapping[str, bytes], out: Path, *, overwrite: bool) -> None:
    """Write files, and down what was written, if none is in the way.

    :raises UsageError: as :func:`save_gold`.
    """
    written = _read_written(out / WRITTEN)
    if not overwrite:
        for name, data in files.items():
            _check_ours(out / name, data, written.get(name, ()))
    for name, data in files.items():
        written[name] = [*written.get(name, ()), _digest(data)][-_KEPT:]
    listed = json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(out / WRITTEN, f"{listed}\n".encode())
    for name, data in files.items():
        write_whole(out / name, data)


def _check_ours(path: Path, data: bytes, digests: Sequence[str]) -> None:
    try:
        there = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    if there != data and _digest(there) not in digests:
        raise UsageError(
            f"{path} was not written by this command, or was changed since: nothing is written; "
            "name another folder, or write over it with --overwrite"
        )


def _read_written(path: Path) -> dict[str, list[str]]:
    """What was written before; nothing where that cannot be told, so that what is there is somebody else's."""
    with suppress(OSError, ValueError, RecursionError):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return {name: [str(one) for one in digests] for name, digests in data.items() if isinstance(digests, list)}
    return {}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Saying:
    """What one person says of a field in dispute."""

    who: str
    at: str
    act: str
    said: dict[str, object]
    """The answer as JSON; empty for silence, or for what is no longer there."""
    sentence: str | None
    """The sentence that it was read from; None for silence, and where the text is another by now."""


@dataclass(frozen=True)
class Dispute:
    """A field, an entry, a cell on which people differ."""

    doc_id: str
    key: str
    label: str
    """The name of its field."""
    sayings: list[Saying]


def disputes_of(run: LabelRun) -> Iterator[Dispute]:
    """Everything on which people differ and that nobody has settled, report by report.

    :raises UsageError: a text cannot be read.
    """
    for record in run.records:
        disputes = run.decisions(record.doc_id).disputes()
        sentences = _Sentences(kept_text(record.doc_id, run.folder / TEXTS) if disputes else None)
        for key, decisions in disputes.items():
            said = [Saying(one.who, one.at, one.act, one.after or {}, sentences.of(one)) for one in decisions]
            yield Dispute(record.doc_id, key, label_of(key, run.schema), said)


def label_of(key: str, schema: Schema) -> str:
    """The name of the field that a decision is about; the key itself where the schema has none."""
    spec = schema.by_id.get(key.split("@")[0].split("/")[0])
    if spec is None:
        return key
    cell = next((cell for cell in spec.cells if key.endswith(f"/{cell.id}")), None)
    return f"{spec.label}：{cell.label}" if cell else spec.label


class _Sentences:
    """The sentences of one text that decisions were read from."""

    def __init__(self, text: str | None) -> None:
        self._document = None if text is None else document_from_text(text)

    def of(self, decision: Decision) -> str | None:
        document, said = self._document, (decision.after or {}).get("evidence")
        try:
            evidence = _SPANS.validate_python(said)
        except ValidationError:
            return None
        if document is None or decision.text_sha256 != document.sha256:
            return None
        length = len(document.file.text)
        return document.printed_sentences([(start, end) for start, end in evidence if 0 <= start < end <= length])
