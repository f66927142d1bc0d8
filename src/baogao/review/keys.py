"""The keys of a report on which people decide: what each is of, what stands on it now, how many were looked at."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cached_property
from typing import Any

from baogao.errors import UsageError
from baogao.outputs.corrected import entry_key
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, Item, TextAnswer

_SILENT = {"status": "not_reported"}


class Keys:
    """The keys of one report as people left it; :mod:`baogao.outputs.decisions` says how they are written.

    :param rows: of each list of rows the keys of its rows, in the record's order; None where nobody changed any.
    :param decided: the keys with a decision that holds.
    """

    def __init__(
        self,
        record: Record,
        schema: Schema,
        rows: Mapping[str, list[str]] | None = None,
        decided: Container[str] = (),
    ) -> None:
        self._record = record
        self._decided = decided
        self._schema = schema
        self.rows = rows or {
            spec.id: [f"{spec.id}/{number}" for number in range(len(record.rows.get(spec.id, ())))]
            for spec in schema.rows
        }
        self.entries = {
            spec.id: [entry_key(spec.id, item.evidence) for item in record.lists.get(spec.id, ())]
            for spec in schema.lists
        }

    def spec(self, key: str) -> FieldSpec:
        """The field, the cell or the list that a key is of.

        :raises UsageError: the schema has none.
        """
        name, *inner = key.split("@")[0].split("/")
        spec = self._schema.by_id.get(name)
        if spec is not None and ((inner and spec.kind != "rows") or ("@" in key and spec.kind != "items")):
            spec = None
        if spec is not None and inner:
            cell = next((cell for cell in spec.cells if cell.id == inner[-1]), None) if len(inner) == 2 else spec
            spec = cell if len(inner) < 3 else None
        if spec is None:
            raise UsageError(f"the schema {self._schema.name} has no field {key!r}")
        return spec

    def answer(self, key: str) -> dict[str, Any] | None:
        """What stands on a key now, as JSON; None for an entry or a row that is not there.

        :raises UsageError: the schema has no such field, or the report no such row.
        """
        spec = self.spec(key)
        name, *inner = key.split("/")
        if inner and not (inner[0].startswith("+") or f"{name}/{inner[0]}" in self.rows.get(name, ())):
            raise UsageError("this row is not there any more")
        if "@" in key:
            return _json(self._items.get(key))
        if spec.kind == "items":
            return {"items": [_json(item) for item in self._record.lists.get(spec.id, ())]}
        if "/" in key:
            row, _, cell = key.removeprefix(f"{key.split('/')[0]}/").partition("/")
            answers = self._rows.get(f"{key.split('/')[0]}/{row}")
            if not cell:
                return None if answers is None else {"cells": {name: _json(one) for name, one in answers.items()}}
            return _json((answers or {}).get(cell)) or dict(_SILENT)
        if spec.kind == "rows":
            return {"items": self.rows[spec.id]}
        if spec.kind == "text":
            return _json(self._record.metadata.get(spec.id, TextAnswer()))
        return _json(self._record.fields.get(spec.id)) or dict(_SILENT)

    def nothing(self, key: str) -> dict[str, Any] | None:
        """What ``after`` says where nothing is there any more.

        :raises UsageError: the entry or the row is not there now; the key is of a whole list.
        """
        spec = self.spec(key)
        gone = "@" in key or key.count("/") == 1
        if gone and self.answer(key) is None:
            raise UsageError("it is not there any more")
        if gone:
            return None
        if spec.kind in ("items", "rows"):
            raise UsageError(f"{spec.label} is a list: take its entries away one by one")
        return {"value": None, "evidence": []} if spec.kind == "text" else dict(_SILENT)

    def fits(self, key: str, said: Answer | TextAnswer | Item) -> None:
        """See that an answer belongs on a key.

        :raises UsageError: it is of another kind, or an entry that is not printed where its key says.
        """
        spec = self.spec(key)
        entry = isinstance(said, Item)
        if entry != ("@" in key) or (spec.kind == "rows"):
            raise UsageError(f"{spec.label} cannot be answered like this")
        if isinstance(said, Item) and entry_key(spec.id, said.evidence) != key:
            raise UsageError("the entry is not printed where its key says")

    def progress(self) -> tuple[int, int]:
        """How many fields were looked at, and how many there are: every field that is answered once, every list with
        all of its entries, and every cell of rows that is answered."""
        if self._record.status != "ok":
            return 0, 0
        record, schema = self._record, self._schema
        once: list[Answer | TextAnswer] = [*record.fields.values(), *record.metadata.values()]
        cells = [cell for rows in record.rows.values() for row in rows for cell in row.values()]
        lists = [spec.id for spec in (*schema.lists, *schema.rows)]
        left = {name for name, items in record.lists.items() if any(item.reviewed is None for item in items)}
        looked = sum(one.reviewed is not None for one in (*once, *cells)) + sum(
            name in self._decided and name not in left for name in lists
        )
        return looked, len(schema.fields) + len(schema.metadata) + len(lists) + len(cells)

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {
            key: item
            for name, keys in self.entries.items()
            for key, item in zip(keys, self._record.lists.get(name, ()), strict=True)
        }

    @cached_property
    def _rows(self) -> dict[str, dict[str, Answer]]:
        return {
            key: row
            for name, keys in self.rows.items()
            for key, row in zip(keys, self._record.rows.get(name, ()), strict=True)
        }


def _json(said: Answer | TextAnswer | Item | None) -> dict[str, Any] | None:
    """An answer as it is kept in a decision."""
    if said is None:
        return None
    return said.model_dump(mode="json", exclude_none=True, exclude={"reviewed", "held_back"})
