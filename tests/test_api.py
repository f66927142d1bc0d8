"""The public API: what is exported, how it is called, and that importing it is cheap."""

from __future__ import annotations

import asyncio
import inspect
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

import baogao
from baogao import errors

COMMUNIQUE = Path(__file__).parent / "fixtures" / "communique" / "communique.py"
TEXT = "南屏县2023年国民经济和社会发展统计公报\n\n一、综合\n全年地区生产总值86.4亿元，比上年增长5.8%。\n"
EXPORTED = [
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
    "Record",
    "ReplayError",
    "ReplyError",
    "RulesError",
    "Schema",
    "SchemaError",
    "TextLink",
    "UsageError",
    "__version__",
    "document_from_text",
    "extract",
    "extract_many",
    "find_candidates",
    "load_schema",
    "read_document",
]
SIGNATURES = {
    "extract": (
        "(source: 'str | Path | Document', *, schema: 'str | Path | Schema' = 'law_based_government', "
        "extractor: \"Literal['rules'] | Extractor\" = 'rules') -> 'Record'"
    ),
    "extract_many": (
        "(sources: 'Iterable[str | Path]', *, schema: 'str | Path | Schema' = 'law_based_government', "
        "extractor: \"Literal['rules'] | Extractor\" = 'rules', concurrency: 'int' = 1) -> 'list[Record]'"
    ),
    "load_schema": "(name: 'str | Path' = 'law_based_government') -> 'Schema'",
    "read_document": "(path: 'str | Path', doc_id: 'str | None' = None) -> 'Document'",
    "find_candidates": "(document: 'Document') -> 'Candidates'",
}


@pytest.fixture
def report(tmp_path) -> Path:
    """A short communiqué."""
    path = tmp_path / "nanping.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_exported_members():
    """The names that others may rely on; changing them is a decision."""
    assert sorted(baogao.__all__) == sorted(EXPORTED)
    for name in baogao.__all__:
        assert getattr(baogao, name) is not None
        assert name in dir(baogao)


def test_every_error_is_exported():
    """Whatever is raised can be caught by a name of the top level."""
    raised = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert raised <= set(baogao.__all__)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name):
    """How the functions are called."""
    assert str(inspect.signature(getattr(baogao, name))) == SIGNATURES[name]


def test_unknown_name():
    """A name that is not there is an ordinary attribute error."""
    with pytest.raises(AttributeError, match="no attribute 'extrakt'"):
        _ = baogao.extrakt


def test_imports_are_cheap(report):
    """Nothing heavy comes with the package, and no model's SDK with the rules."""
    script = (
        "import json, sys, baogao; early = set(sys.modules);"
        f"baogao.extract({str(report)!r}, schema={str(COMMUNIQUE)!r});"
        "late = set(sys.modules);"
        "print(json.dumps([sorted(early & {'pydantic', 'polars', 'openai'}), sorted(late & {'openai', 'instructor'})]))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == [[], []]


def test_extract(report):
    """A path, or a document that was read already; a schema's path, or a loaded one."""
    record = baogao.extract(report, schema=COMMUNIQUE)
    assert record.fields["gdp"].value == Decimal(8_640_000_000)
    assert record.fields["gdp"].text == "86.4亿元"
    again = baogao.extract(baogao.read_document(report), schema=baogao.load_schema(COMMUNIQUE))
    assert again == record


def test_extract_raises():
    """One report that cannot be read is an exception, because there is no run that should go on."""
    with pytest.raises(baogao.DocumentError, match="cannot be opened"):
        baogao.extract("missing.txt", schema=COMMUNIQUE)


def test_extract_many(report):
    """Records in the order of the sources; a report that fails says why and stops no other."""
    empty = report.with_name("empty.txt")
    empty.write_bytes(b"")
    records = baogao.extract_many([empty, report], schema=COMMUNIQUE, concurrency=2)
    assert [(record.doc_id, record.status) for record in records] == [("empty", "failed"), ("nanping", "ok")]
    assert records[0].error == "it is empty: there is no text in it"


def test_own_extractor(report):
    """Anything that links documents is an extractor; values are still read from the text."""

    class First:
        name = "first"

        async def extract(self, document, candidates, schema):
            number = next(c for c in candidates if c.unit == "元")
            return baogao.Extraction(fields={"gdp": baogao.Link((number.id,), 0.5, by="first")})

    record = baogao.extract(report, schema=COMMUNIQUE, extractor=First())
    assert record.made_by.extractor == "first"
    assert record.fields["gdp"].text == "86.4亿元"


def test_inside_a_running_loop(report):
    """A notebook has a loop of its own; the functions work there too."""

    async def cell():
        return baogao.extract(report, schema=COMMUNIQUE)

    assert asyncio.run(cell()).status == "ok"
