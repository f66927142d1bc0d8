"""The public API: what is exported, how it is called, and that importing it is cheap."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest

import baogao
from baogao import errors
from llm.fake_server import completion, fake_server

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
    "QuotaError",
    "ReadingLimitError",
    "Record",
    "ReportText",
    "ReplayError",
    "ReplyError",
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
HOW = (
    "*, schema: 'str | Path | Schema | None' = None, extractor: 'str | Extractor | None' = None, "
    "ocr: 'bool' = False, **options: 'Unpack[Options]'"
)
MANY = HOW.replace("**", "jobs: 'int | None' = None, **")
SIGNATURES = {
    "extract": f"(source: 'str | Path | Document', {HOW}) -> 'Record'",
    "extract_async": f"(source: 'str | Path | Document', {HOW}) -> 'Record'",
    "extract_many": f"(sources: 'Iterable[str | Path]', {MANY}) -> 'Iterator[Record]'",
    "extract_many_async": f"(sources: 'Iterable[str | Path]', {MANY}) -> 'AsyncGenerator[Record]'",
    "load_schema": "(name: 'str | Path' = 'law_based_government') -> 'Schema'",
    "read_document": "(path: 'str | Path', doc_id: 'str | None' = None, *, ocr: 'bool' = False) -> 'Document'",
    "find_candidates": "(document: 'Document', sought: 'Sought' = "
    "Sought(year='title', kinds=frozenset(), signed=False, units=())) -> 'Candidates'",
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
        "print(json.dumps([sorted(early & {'pydantic', 'polars', 'openai'}),"
        "sorted(late & {'openai', 'instructor', 'httpx2'})]))"
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
    """A record for each source as it is finished; a report that fails says why and stops no other."""
    empty = report.with_name("empty.txt")
    empty.write_bytes(b"")
    records = {record.doc_id: record for record in baogao.extract_many([empty, report], schema=COMMUNIQUE)}
    assert {name: record.status for name, record in records.items()} == {"empty": "failed", "nanping": "ok"}
    assert records["empty"].error == "it is empty: there is no text in it"


class First:
    """Answers one field with the first figure in yuan, after a while, or when it is released."""

    name = "first"

    def __init__(self, waits: dict[str, float] | None = None) -> None:
        self.schema = baogao.load_schema(COMMUNIQUE)
        self.waits = waits or {}
        self.begun = Event()
        self.released = Event()
        self.cancelled: list[str] = []
        self.done: list[str] = []

    async def extract(self, report):
        """Link the report."""
        name = report.document.doc_id
        if name in self.waits:
            self.begun.set()
        try:
            for _ in range(round(self.waits.get(name, 0.0) * 50)):
                if not self.released.is_set():
                    await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        self.done.append(name)
        number = next(c for c in report.candidates if c.unit == "元")
        return baogao.Extraction(fields={"gdp": baogao.Link((number.id,), 0.5, by="first")})


def test_own_extractor(report):
    """Anything that links reports is an extractor; values are still read from the text, by its own schema."""
    record = baogao.extract(report, extractor=First())
    assert (record.made_by.extractor, record.schema_name) == ("first", "communique")
    assert record.fields["gdp"].text == "86.4亿元"


def test_own_extractor_and_another_schema(report):
    """A schema that the extractor does not ask is an error, and so are keywords on a model that it does not use."""
    with pytest.raises(baogao.UsageError, match="asks the schema 'communique', not 'law_based_government'"):
        baogao.extract(report, extractor=First(), schema="law_based_government")
    with pytest.raises(baogao.UsageError, match="leave out model"):
        baogao.extract(report, extractor=First(), model="small")


def test_unknown_extractor_and_unknown_keyword(report):
    """A misspelt name is an error that lists the names; nothing is taken for rules in silence."""
    with pytest.raises(baogao.UsageError, match="no extractor 'hybird'; there are: rules, llm, hybrid"):
        baogao.extract(report, schema=COMMUNIQUE, extractor="hybird")
    with pytest.raises(baogao.UsageError, match="no keyword 'modell'; there are: model, base_url"):
        baogao.extract(report, schema=COMMUNIQUE, modell="small")


def test_extract_asks_a_model(report):
    """With a model named, hybrid is what is used, as on the command line; llm and hybrid do ask."""
    with fake_server(lambda seen: completion("无")) as server:
        told = {"model": "small", "base_url": server.url, "ask": "form", "cache": False}
        by_default = baogao.extract(report, schema=COMMUNIQUE, **told)
        asked = len(server.seen)
        alone = baogao.extract(report, schema=COMMUNIQUE, extractor="llm", **told)
    assert (by_default.made_by.extractor, by_default.made_by.model) == ("hybrid", "small")
    assert (alone.made_by.extractor, alone.usage.requests) == ("llm", len(server.seen) - asked)
    assert alone.usage.requests > 0


def test_many_reports_are_read_by_a_sample_first(report):
    """Each report is asked about once; every record says who led, and what it took; alone it speaks for itself."""
    for name in ("b", "c"):
        report.with_name(f"{name}.txt").write_text(TEXT.replace("86.4", "87.5"), encoding="utf-8")
    with fake_server(lambda seen: completion("无", prompt_tokens=10)) as server:
        told = {"model": "small", "base_url": server.url, "ask": "form", "cache": False, "schema": COMMUNIQUE}
        records = list(baogao.extract_many([report.parent], **told))
        asked = len(server.seen)
        alone = baogao.extract(report, **told)
    assert [record.made_by.jury.reports for record in records] == [3, 3, 3]
    assert alone.made_by.jury.reports == 1
    assert sum(record.usage.requests for record in records) == asked
    assert {record.usage.prompt_tokens for record in records} == {10 * asked // 3}


def test_extract_async(report):
    """Inside a loop one awaits."""

    async def cell():
        return await baogao.extract_async(report, schema=COMMUNIQUE)

    assert asyncio.run(cell()) == baogao.extract(report, schema=COMMUNIQUE)


def test_a_record_comes_before_the_last_report_is_done(report):
    """The first record is given while the second report is still under way, with a loop and without one."""
    slow = report.with_name("slow.txt")
    slow.write_text(TEXT, encoding="utf-8")
    extractor = First({"slow": 20.0})
    done = {}
    for record in baogao.extract_many([report, slow], extractor=extractor):
        done[record.doc_id] = [*extractor.done]
        extractor.released.set()
    assert done == {"nanping": ["nanping"], "slow": ["nanping", "slow"]}

    async def cell():
        records = baogao.extract_many_async([report, slow], extractor=extractor)
        return [record.doc_id async for record in records]

    assert asyncio.run(cell()) == ["nanping", "slow"]


def test_a_caller_may_stop_early(report):
    """What is under way is cancelled when the caller has seen enough, and the generator ends."""
    slow = report.with_name("slow.txt")
    slow.write_text(TEXT, encoding="utf-8")
    extractor = First({"slow": 60.0})
    records = baogao.extract_many([report, slow], extractor=extractor)
    assert next(records).doc_id == "nanping"
    assert extractor.begun.wait(10)
    records.close()
    assert extractor.cancelled == ["slow"]


def test_extract_many_raises_what_nothing_could_start_with(report):
    """No such file, or no such extractor, is an error at the first record and not an empty list."""
    with pytest.raises(baogao.UsageError, match="there is no file or folder"):
        list(baogao.extract_many(["missing.txt"], schema=COMMUNIQUE))
    with pytest.raises(baogao.UsageError, match="no extractor"):
        list(baogao.extract_many([report], extractor="rule"))


def test_inside_a_running_loop(report):
    """A notebook has a loop of its own; the functions work there too."""

    async def cell():
        return baogao.extract(report, schema=COMMUNIQUE)

    assert asyncio.run(cell()).status == "ok"


def test_every_figure_knows_its_sentence(report):
    """The sentence comes with the figure, is not written to files, and is told again from the kept text."""
    record = baogao.extract(report, schema=COMMUNIQUE)
    assert record.fields["gdp"].sentence == "全年地区生产总值86.4亿元，比上年增长5.8%。"
    assert record.fields["residents"].sentence is None
    again = baogao.Record.model_validate_json(record.to_json())
    assert again == record
    assert again.fields["gdp"].sentence is None
    assert "sentence" not in record.to_json()


def test_held_back_figures_know_it_too(report):
    """What waits for review is looked at in its sentence."""
    held = baogao.extract(report, schema=COMMUNIQUE, min_confidence=1.0).fields["gdp"].held_back
    assert held.sentence == "全年地区生产总值86.4亿元，比上年增长5.8%。"


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_frames(report, library):
    """One row a report, or one row a figure with its sentence; the same in polars and in pandas."""
    pytest.importorskip(library)
    schema = baogao.load_schema(COMMUNIQUE)
    records = [baogao.extract(report, schema=schema)]
    wide = baogao.records_to_frame(records, schema, library=library)
    assert (len(wide), wide["gdp"][0]) == (1, 8_640_000_000.0)
    long = baogao.records_to_frame(records, schema, long=True, library=library)
    told = dict(zip(long["field"], long["sentence"], strict=True))
    assert len(long) == len(schema.figures)
    assert told["gdp"] == "全年地区生产总值86.4亿元，比上年增长5.8%。"
    assert type(wide).__module__.split(".")[0] == library


def test_a_frame_of_pandas_wants_pandas(report, monkeypatch):
    """Without it the error says how to install it."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(baogao.UsageError, match="pip install pandas"):
        baogao.records_to_frame([], baogao.load_schema(COMMUNIQUE), library="pandas")


@pytest.mark.parametrize(
    "told", [{"extractor": "llm", "model": "gpt-4o"}, {"extractor": "llm"}, {"model": "m"}, {"extractor": "hybrid"}]
)
def test_no_host_is_asked_that_nobody_named(told, report, monkeypatch):
    """A report goes to no library's default; who looks up a name, or opens a connection, fails this test."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "BAOGAO_BASE_URL", "BAOGAO_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-" + "a" * 40)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: pytest.fail(f"{asked[0]} was looked up"))
    with pytest.raises(baogao.UsageError, match=r"no model server is named, and reports go only to one that you name"):
        baogao.extract(report, cache=False, **told)


@pytest.mark.parametrize("named", ["environment", "file"])
def test_a_host_that_the_settings_name_is_asked(named, report, monkeypatch, tmp_path):
    """A variable of the environment and baogao.toml name one as a keyword does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with fake_server(lambda seen: completion("无")) as server:
        if named == "environment":
            monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        else:
            Path("baogao.toml").write_text(f'[endpoint]\nbase_url = "{server.url}"\n', encoding="utf-8")
        record = baogao.extract(report, model="small", extractor="llm", ask="form", cache=False, schema=COMMUNIQUE)
    assert record.usage.requests > 0
