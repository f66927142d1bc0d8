"""baogao: government reports in, a table of figures out, every figure tied to its characters.

::

    import baogao

    record = baogao.extract("report.txt")
    record.fields["case_files_reviewed"].value

Every name below is imported when it is first used, so that ``import baogao`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from baogao._version import __version__

if TYPE_CHECKING:
    from baogao.api import extract, extract_async, extract_many, extract_many_async
    from baogao.candidates import Candidate, Candidates, find_candidates
    from baogao.document import Document, document_from_text, read_document
    from baogao.errors import (
        BaogaoError,
        BudgetError,
        DocumentError,
        EndpointError,
        GoldError,
        ModelFileError,
        NoReplyError,
        PendingError,
        PromptError,
        QuotaError,
        ReadingLimitError,
        ReplayError,
        ReplyError,
        RulesError,
        SchemaError,
        TrainingError,
        UsageError,
    )
    from baogao.extraction import Extraction, Extractor, Link, ReportText, TextLink
    from baogao.outputs.corrected import corrected_records
    from baogao.outputs.export import records_to_frame
    from baogao.outputs.records import read_records, read_schema
    from baogao.record import Record
    from baogao.schema import Schema, load_schema

_HOMES = {
    "baogao.api": ("extract", "extract_async", "extract_many", "extract_many_async"),
    "baogao.candidates": ("Candidate", "Candidates", "find_candidates"),
    "baogao.document": ("Document", "document_from_text", "read_document"),
    "baogao.errors": (
        "BaogaoError",
        "BudgetError",
        "DocumentError",
        "EndpointError",
        "GoldError",
        "ModelFileError",
        "NoReplyError",
        "PendingError",
        "PromptError",
        "QuotaError",
        "ReadingLimitError",
        "ReplayError",
        "ReplyError",
        "RulesError",
        "SchemaError",
        "TrainingError",
        "UsageError",
    ),
    "baogao.extraction": ("Extraction", "Extractor", "Link", "ReportText", "TextLink"),
    "baogao.outputs.export": ("records_to_frame",),
    "baogao.outputs.corrected": ("corrected_records",),
    "baogao.outputs.records": ("read_records", "read_schema"),
    "baogao.record": ("Record",),
    "baogao.schema": ("Schema", "load_schema"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BaogaoError",
    "BudgetError",
    "Candidate",
    "Candidates",
    "Document",
    "DocumentError",
    "EndpointError",
    "Extraction",
    "Extractor",
    "GoldError",
    "Link",
    "ModelFileError",
    "NoReplyError",
    "PendingError",
    "PromptError",
    "QuotaError",
    "ReadingLimitError",
    "Record",
    "ReplayError",
    "ReplyError",
    "ReportText",
    "RulesError",
    "Schema",
    "SchemaError",
    "TextLink",
    "TrainingError",
    "UsageError",
    "__version__",
    "corrected_records",
    "document_from_text",
    "extract",
    "extract_async",
    "extract_many",
    "extract_many_async",
    "find_candidates",
    "load_schema",
    "read_document",
    "read_records",
    "read_schema",
    "records_to_frame",
]


def __getattr__(name: str) -> object:
    """Import a public name from its home."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
