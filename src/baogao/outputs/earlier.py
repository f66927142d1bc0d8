"""What stands in a run's folder when another run wants it: of which reports, made with what, and whether it may go.

A run goes on, or is made anew, where every report that stands there is among its inputs, and where it was made in the
same way. Anything else would lose what is there, and is refused, unless the user says ``--add`` or ``--overwrite``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baogao.choices import Onto
from baogao.errors import UsageError
from baogao.inputs import Source, name_key
from baogao.outputs.journal import Place
from baogao.outputs.records import RECORDS, current, iterate_records

MADE_WITH = "made_with.json"
"""What the records of a run depend on besides their reports; not there in runs of earlier versions."""
_VERSION = 1
_SETTINGS = ("schema_name", "extractor", "model", "ask", "asked", "escalate_to", "min_confidence", "ocr", "sent_beside")
"""What a user says of a run. Files that are edited, and baogao itself, may change under the same command."""
_OF_THE_MOMENT = ("jury", "replies", "again")
"""What a report, or one pass over a batch, is made with."""
_NAMES = {"schema": "digest of the schema", "schema_name": "schema", "ask": "asked by", "asked": "models"}
_HEAD = re.compile(
    rb'\{"doc_id": ("(?:[^"\\]|\\.)*"), "source": ("(?:[^"\\]|\\.)*"), "sha256": ("[0-9a-f]*"), '
    rb'"schema": "(?:[^"\\]|\\.)*", "status": ("[a-z]+")'
)
"""How a record begins, so that a long one need not be read as JSON to know whose it is."""
_NAMED = 3


@dataclass(frozen=True)
class MadeWith:
    """How a run was made: everything that its records depend on besides their reports."""

    run: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> MadeWith:
        """How the run in a folder was made; of one of an earlier version, what its first record says of it."""
        with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            data = json.loads(current(folder / MADE_WITH).read_text(encoding="utf-8"))
            if data["version"] == _VERSION:
                return cls(dict(data["made_with"]))
        first = next(iterate_records(folder))
        told = first.made_by.model_dump(mode="json", by_alias=True)
        return cls(told | {"schema_name": first.schema_name})

    @classmethod
    def of(cls, run: Mapping[str, Any], schema_name: str) -> MadeWith:
        """How a run is made, given what its journal depends on; the name of its schema may not be known."""
        return cls({"ocr": None, **run} | ({"schema_name": schema_name} if schema_name else {}))

    def to_json(self) -> str:
        """The file in a run's folder."""
        told = {name: value for name, value in self.run.items() if name not in _OF_THE_MOMENT}
        return json.dumps({"version": _VERSION, "made_with": told}, ensure_ascii=False, indent=1) + "\n"

    def differences(self, other: MadeWith, *, every: bool) -> dict[str, tuple[Any, Any]]:
        """What differs, by name: as it is here, and as it is there.

        What only one of them knows is left out: records say less than a run knows.

        :param every: also what may change under the same command: the version of baogao, files that were edited.
        """
        mine, theirs = self.run, other.run
        names = [*mine] if every else [*_SETTINGS]
        if not every and mine.get("baogao") == theirs.get("baogao"):
            names.append("prompts")
        shared = (name for name in names if name in mine and name in theirs and name not in _OF_THE_MOMENT)
        return {name: (mine[name], theirs[name]) for name in shared if mine[name] != theirs[name]}


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """One report that stands in the folder."""

    doc_id: str
    source: str
    sha256: str
    failed: bool
    place: Place | None = None
    """Where its record is in the file of records; None where it is in the journal of a run that was broken off."""

    def is_of(self, source: Source) -> bool:
        """Whether it was read from this file: by its path, or else by its bytes, because files are moved."""
        return self.source == source.name or (self.sha256 != "" and self.sha256 == digest_of(source.path))


@dataclass(frozen=True)
class Earlier:
    """The results that stand in a folder."""

    folder: Path
    made: MadeWith | None = None
    """None where nothing is there."""
    reports: Mapping[str, EarlierReport] = field(default_factory=dict)
    """By document id, in their order."""

    @classmethod
    def of(cls, folder: Path) -> Earlier:
        """What stands in a folder, its journal aside.

        :raises UsageError: the records cannot be read, or are none.
        """
        records = current(folder / RECORDS)
        if not records.is_file():
            return cls(folder)
        reports = {report.doc_id: report for report in _reports(records)}
        return cls(folder, MadeWith.read(folder), reports) if reports else cls(folder)

    def lines(self, doc_ids: Iterable[str]) -> Iterator[bytes]:
        """The records of some reports as they stand in the file, each a line without its end."""
        with current(self.folder / RECORDS).open("rb") as file:
            for doc_id in doc_ids:
                start, length = self.reports[doc_id].place or (0, 0)
                file.seek(start)
                yield file.read(length).rstrip(b"\r\n")


@dataclass(frozen=True)
class Claim:
    """What a run wants of its folder.

    :param sources: its inputs.
    :param onto: what it may do with results that it finds there.
    """

    sources: Sequence[Source]
    onto: Onto = "same"

    def check(self, earlier: Earlier, made: MadeWith) -> None:
        """See that nothing is lost, and nothing mixed, that the user did not say may be.

        :raises UsageError: the results are of another run, or of other inputs; or more cannot be added to them.
        """
        if earlier.made is None or self.onto == "overwrite":
            return
        different = earlier.made.differences(made, every=self.onto == "add")
        if different:
            raise UsageError(self._refusal(earlier.folder, different))
        if self.onto == "add":
            self._check_ids(earlier)
            return
        wanted = {source.doc_id: source for source in self.sources}
        reports = earlier.reports.values()
        lost = [one.doc_id for one in reports if one.doc_id not in wanted or not one.is_of(wanted[one.doc_id])]
        if lost:
            names, count = named(lost), len(lost)
            raise UsageError(
                f"{earlier.folder} holds records of reports that are not among the inputs ({count}: {names}), and "
                "they would be lost: --add keeps them and adds the others, --overwrite replaces them, or name another "
                "folder with --out"
            )

    def _refusal(self, folder: Path, different: Mapping[str, tuple[Any, Any]]) -> str:
        if "schema_name" in different:  # of another schema all files are others
            different = {name: pair for name, pair in different.items() if name not in ("schema", "files")}
        there, here = (
            ", ".join(f"{_NAMES.get(name, name)}: {_shown(pair[at])}" for name, pair in different.items())
            for at in (0, 1)
        )
        if self.onto == "add":
            return (
                f"{folder} holds a run that was made in another way ({there}) than this one ({here}), and its records "
                "are not mixed with others: name another folder with --out, or make all of it anew with --overwrite"
            )
        return (
            f"{folder} holds the results of another run ({there}), and this run is made otherwise ({here}): name "
            "another folder with --out, or replace what is there with --overwrite"
        )

    def _check_ids(self, earlier: Earlier) -> None:
        """See that no id of an input is that of another report.

        :raises UsageError: one is.
        """
        taken = {name_key(doc_id): report for doc_id, report in earlier.reports.items()}
        for source in self.more(earlier):
            report = taken.get(name_key(source.doc_id))
            if report is not None and not report.is_of(source):
                there, here = report.source, source.name
                raise UsageError(
                    f"{earlier.folder} has a report {report.doc_id} already, of {there}, and {here} would be called "
                    "the same: rename the file, or name another folder with --out"
                )

    def more(self, earlier: Earlier) -> list[Source]:
        """The inputs that are to be read: where more are added, those that are not there, or that failed before."""
        if self.onto != "add" or earlier.made is None:
            return list(self.sources)
        by_name = {report.source for report in earlier.reports.values() if not report.failed}
        found = []
        for source in self.sources:
            report = earlier.reports.get(source.doc_id)
            there = source.name in by_name or (report is not None and not report.failed and report.is_of(source))
            if not there:
                found.append(source)
        return found

    def changed(self, earlier: Earlier) -> list[str]:
        """The inputs that are there already and whose files have changed since, by id: their records are kept."""
        if self.onto != "add":
            return []
        by_name = {report.source: report for report in earlier.reports.values() if not report.failed}
        there = [(by_name[source.name], source) for source in self.sources if source.name in by_name]
        return [report.doc_id for report, source in there if digest_of(source.path) not in ("", report.sha256)]


def digest_of(path: Path) -> str:
    """The hex digest of a file's bytes; empty where it cannot be read."""
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""


def _reports(records: Path) -> Iterator[EarlierReport]:
    """Whose records stand in a file, and where.

    :raises UsageError: a line that is no record; the file cannot be read.
    """
    try:
        with records.open("rb") as file:
            start = 0
            for number, line in enumerate(file, start=1):
                place, start = (start, len(line)), start + len(line)
                if line.strip():
                    yield _report(line, place, f"{records}, line {number}")
    except OSError as error:
        raise UsageError(f"cannot read {records}: {error.strerror or error}") from error


def _report(line: bytes, place: Place, where: str) -> EarlierReport:
    try:
        if head := _HEAD.match(line):
            doc_id, source, sha256, status = (json.loads(part) for part in head.groups())
        else:
            told = json.loads(line)
            doc_id, source, sha256, status = (str(told[key]) for key in ("doc_id", "source", "sha256", "status"))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UsageError(f"{where}: it is no record; --overwrite replaces what is there") from error
    return EarlierReport(doc_id, source, sha256, status == "failed", place)


def named(names: Sequence[str]) -> str:
    """A few names, for a sentence."""
    more = ", …" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _shown(value: Any) -> str:
    """A setting in a sentence: digests by their beginning."""
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:15] + "…" if text.startswith("sha256:") else text
