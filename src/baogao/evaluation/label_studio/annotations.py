"""From Label Studio's export, as JSON or JSON-MIN, to gold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from baogao.errors import GoldError
from baogao.evaluation.compiling import to_gold
from baogao.evaluation.gold import Gold
from baogao.evaluation.label_studio.config import FIELD, METADATA, NOT_LOOKED_AT, READING, TEXT, labels
from baogao.evaluation.label_studio.regions import Marks, UnfitError, copies_of, regions_of, said_of_all
from baogao.evaluation.labelling import Labelled, names_a_file
from baogao.evaluation.labels import sound
from baogao.evaluation.marks import Mark, MarkedReport
from baogao.schema.fields import Schema


def read_tasks(data: object, schema: Schema, annotator: str | None = None) -> Iterator[Labelled]:
    """The gold of every task; of one that cannot be read, why.

    :param data: what the export holds: a list of tasks.
    :param annotator: whose annotations are taken, by Label Studio's id of them or their e-mail address; None for the
        last of each task.
    """
    tasks = data if isinstance(data, list) else [data]
    seen: set[str] = set()
    for number, task in enumerate(tasks, start=1):
        doc_id = f"task {number}"
        try:
            if not isinstance(task, dict):
                raise UnfitError("it is no object")
            _check_characters(task)
            reader = _TaskReader(task, schema, number, annotator)
            doc_id = reader.doc_id
            if doc_id in seen:
                raise UnfitError("a task of the same id stands before it")
            labelled = reader.labelled()
            seen.add(doc_id)
            yield labelled
        except UnfitError as error:
            yield Labelled(doc_id, None, why_not=str(error))


class _TaskReader:
    """One task of an export."""

    def __init__(self, task: dict[str, Any], schema: Schema, number: int, annotator: str | None) -> None:
        self._task, self._schema, self._annotator = task, schema, annotator
        data = task.get("data")
        self._data: dict[str, Any] = data if isinstance(data, dict) else task
        """The whole task in JSON-MIN, which has one level."""
        self._is_min = not isinstance(data, dict)
        given = self._data.get("doc_id") or f"task-{task.get('id', number)}"
        self.doc_id = str(given)
        self._left_out: dict[str, str] = {}

    def labelled(self) -> Labelled:
        """The gold of the task.

        :raises UnfitError: nothing of it can be gold.
        """
        text, schema = self._text(), self._schema
        results = self._of_min() if self._is_min else self._results()
        names = {label: name for name, label in labels(schema).items()} | {name: name for name in labels(schema)}
        marks: dict[str, list[Mark]] = {}
        maker = Marks(text, schema, copies_of(results))
        for region in regions_of(results):
            name = names.get(region.label)
            if name is None:
                self._left_out.setdefault(region.label, "it is no field of the schema")
                continue
            try:
                marks.setdefault(name.split(".")[0], []).append(maker.mark(region, name))
            except UnfitError as error:
                self._left_out.setdefault(name.split(".")[0], str(error))
        if self._is_min:
            self._leave_out_what_may_add_up(marks)
        said = dict(said_of_all(results))
        gold = self._compiled(text, marks, said)
        gold, wrong = sound(gold, text, schema)
        return Labelled(gold.doc_id, gold, text, len(schema.specs), left_out={**self._left_out, **wrong})

    def _text(self) -> str:
        text = self._data.get(TEXT)
        if not isinstance(text, str) or not text:
            raise UnfitError("it has no text")
        if not names_a_file(self.doc_id):
            raise UnfitError("its id is not the name of a file")
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self._data.get("sha256", digest) != digest:
            raise UnfitError("its text is not the one that was exported")
        named = self._data.get("schema", self._schema.name)
        if named != self._schema.name:
            raise UnfitError(f"it is of the schema {named!r}, and {self._schema.name!r} was loaded")
        return text

    def _results(self) -> list[dict[str, Any]]:
        """What the last annotation says, those that were skipped aside."""
        annotations = self._task.get("annotations") or self._task.get("completions")
        listed = annotations if isinstance(annotations, list) else []
        kept = [one for one in listed if isinstance(one, dict) and not one.get("was_cancelled")]
        if self._annotator is not None:
            kept = [one for one in kept if self._annotator in _names_of(one.get("completed_by"))]
        if not kept:
            annotator = self._annotator
            raise UnfitError("it has no annotation" if annotator is None else f"it has no annotation by {annotator}")
        last = max(kept, key=lambda one: str(one.get("updated_at") or one.get("created_at") or ""))
        results = last.get("result")
        return [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []

    def _of_min(self) -> list[dict[str, Any]]:
        """What a task in JSON-MIN says. Of what is said of a region it does not tell of which."""
        if self._annotator is not None and self._annotator not in _names_of(self._data.get("annotator")):
            raise UnfitError(f"it has no annotation by {self._annotator}")
        if self._data.get(READING):
            raise UnfitError("it has other readings, and JSON-MIN does not say of what: export it as JSON")
        places = self._data.get(FIELD)
        regions = [value for value in places if isinstance(value, dict)] if isinstance(places, list) else []
        results: list[dict[str, Any]] = [
            {"id": f"r{number}", "from_name": FIELD, "value": value} for number, value in enumerate(regions, start=1)
        ]
        for name, value in self._data.items():
            if name.startswith(METADATA) or name == NOT_LOOKED_AT:
                lines = value.get("text") if isinstance(value, dict) else value
                results.append({"from_name": name, "value": {"text": lines}})
        return results

    def _leave_out_what_may_add_up(self, marks: dict[str, list[Mark]]) -> None:
        for name in [name for name, here in marks.items() if self._schema.by_id[name].additive and len(here) > 1]:
            self._left_out[name] = "it has several places, and JSON-MIN does not say whether they add up"
        for spec in self._schema.rows:
            if spec.id in marks:
                self._left_out[spec.id] = "JSON-MIN does not say which row a cell is of"

    def _compiled(self, text: str, marks: Mapping[str, list[Mark]], said: Mapping[str, list[str]]) -> Gold:
        """The marks as gold, field by field: one whose marks contradict each other does not cost the others."""
        schema = self._schema
        given = {spec.id: said.get(f"{METADATA}{spec.id}", []) for spec in schema.metadata}
        metadata = {name: "\n".join(lines) or None for name, lines in given.items()}
        sure: list[Mark] = []
        for name, here in marks.items():
            if name in self._left_out:
                continue
            try:
                self._to_gold(text, here, {})
            except GoldError as error:
                self._left_out[name] = str(error).removeprefix(f"{self.doc_id}: ")
                continue
            sure += here
        gold = self._to_gold(text, sure, metadata)
        unknown = {*said.get(NOT_LOOKED_AT, ()), *self._left_out} & schema.by_id.keys()
        not_looked_at = [spec.id for spec in schema.specs if spec.id in unknown]
        return gold.model_copy(update={"not_looked_at": not_looked_at}).known()

    def _to_gold(self, text: str, marks: Iterable[Mark], metadata: Mapping[str, str | None]) -> Gold:
        ordered = sorted(marks, key=lambda mark: (mark.span[0], -mark.span[1]))
        front = {"doc_id": self.doc_id, "metadata": dict(metadata)}
        return to_gold(MarkedReport(text, ordered, front), self._schema, Path(self.doc_id))


def _check_characters(task: dict[str, Any]) -> None:
    """See that a task can be written."""
    try:
        json.dumps(task, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise UnfitError("half of a character stands in it") from error


def _names_of(annotator: object) -> set[str]:
    """By what an annotator may be called."""
    if isinstance(annotator, dict):
        return {str(annotator[key]) for key in ("id", "email", "username") if key in annotator}
    return {str(annotator)}
