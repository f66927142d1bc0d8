"""Predicting: records in order and whole, a failure is a row, and a run that cannot work leaves what was there."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.assemble import ModelOptions, Ready
from baogao.document import document_from_text
from baogao.errors import EndpointError, GoldError, ReplayError, ReplyError, UsageError
from baogao.evaluation import predict
from baogao.evaluation.calibrating import Witness
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.predict import EvalRequest, TimedExtractor, differences, parse_records, predict_run
from baogao.evaluation.runs import Run
from baogao.extraction import Extraction, ReportText
from baogao.outputs.records import read_records
from baogao.reading import provenance
from baogao.schema import Schema, load_schema
from baogao.usage import count
from evaluation.run_fixtures import NAMES, make_dataset
from llm.fake_server import Seen, Step, completion, fake_server
from short_reports import COMMUNIQUE


class Scripted:
    """An extractor that waits, fails or answers as its script says for each document."""

    def __init__(self, name: str, **script: object) -> None:
        self.name = name
        self.schema = load_schema(COMMUNIQUE)
        self.script = script

    async def extract(self, report) -> Extraction:
        """Follow the script."""
        step = self.script.get(report.document.doc_id, 0.0)
        if isinstance(step, BaseException):
            count(requests=1, prompt_tokens=70)
            raise step
        await asyncio.sleep(step)
        count(requests=2, prompt_tokens=100, completion_tokens=5, cached=1)
        return Extraction()


@pytest.fixture
def folder(tmp_path, small):
    """A data set of eight reports."""
    return make_dataset(tmp_path, small)


@pytest.fixture
def scripted(monkeypatch, small):
    """Put a script in the place of every extractor; returns what was asked for them to be made of."""
    asked: dict[str, ModelOptions] = {}

    def use(**script: object) -> dict[str, ModelOptions]:
        @asynccontextmanager
        async def ready(name, schema, options, transport, arbiter_for):
            asked[name] = options
            yield Ready(Scripted(name, **script), provenance(schema, name, f"model of {name}"))

        monkeypatch.setattr(predict, "ready_extractor", ready)
        return asked

    return use


def ids(path: Path) -> list[str]:
    """The documents of a file of records, line by line."""
    return [json.loads(line)["doc_id"] for line in path.read_text(encoding="utf-8").splitlines()]


def files(path: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def test_records_are_in_the_order_of_the_gold(tmp_path, folder, small, scripted):
    """Whatever is finished first, the lines stand as the gold does."""
    scripted(town0=0.1, town1=0.05, town3=0.02)
    request = EvalRequest([folder], tmp_path / "run", options=ModelOptions(concurrency=8))
    run = predict_run(request, small)
    assert ids(run.records_path("rules")) == NAMES


def test_a_failure_is_a_row(tmp_path, folder, small, scripted):
    """One report that fails has its record and its time; what it took counts, and the others are not touched."""
    scripted(town2=ReplyError("it said nothing"))
    run = predict_run(EvalRequest([folder], tmp_path / "run", ["llm"]), small)
    records = [json.loads(line) for line in run.records_path("llm").read_text(encoding="utf-8").splitlines()]
    assert [record["status"] for record in records].count("failed") == 1
    assert (records[2]["doc_id"], records[2]["error"]) == ("town2", "it said nothing")
    timing = run.timing().extractors["llm"]
    assert timing.documents["town2"].prompt_tokens == 70
    assert timing.prompt_tokens == 7 * 100 + 70


@pytest.mark.parametrize("error", [EndpointError("no server"), KeyboardInterrupt()])
def test_a_run_that_breaks_off_leaves_what_was_there(tmp_path, folder, small, scripted, error):
    """Not a byte of an earlier run is lost, and nothing half-written lies about."""
    scripted()
    predict_run(EvalRequest([folder], tmp_path / "run", ["llm"]), small)
    before = files(tmp_path / "run")
    scripted(town0=error)
    with pytest.raises(type(error)):
        predict_run(EvalRequest([folder], tmp_path / "run", ["llm"]), small)
    assert files(tmp_path / "run") == before


def test_extractors_that_came_to_their_end_are_kept(tmp_path, folder, small, monkeypatch):
    """When the second one breaks off, the first one's records are there; the run is not complete all the same."""

    @asynccontextmanager
    async def ready(name, schema, options, transport, arbiter_for):
        script = {"town0": EndpointError("no server")} if name == "llm" else {}
        yield Ready(Scripted(name, **script), provenance(schema, name))

    monkeypatch.setattr(predict, "ready_extractor", ready)
    with pytest.raises(EndpointError):
        predict_run(EvalRequest([folder], tmp_path / "run", ["rules", "llm"]), small)
    assert list(files(tmp_path / "run")) == ["records/rules.jsonl"]
    with pytest.raises(UsageError, match="not a complete run"):
        Run(tmp_path / "run").info()


def test_a_place_that_cannot_be_written(tmp_path, folder, small, monkeypatch):
    """It is said before any report is read."""

    class Untouchable(Scripted):
        async def extract(self, report):
            raise AssertionError("a report was read")

    @asynccontextmanager
    async def ready(name, schema, options, transport, arbiter_for):
        yield Ready(Untouchable(name), provenance(schema, name))

    monkeypatch.setattr(predict, "ready_extractor", ready)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write .*rules\.jsonl: "):
        predict_run(EvalRequest([folder], tmp_path / "file"), small)
    assert (tmp_path / "file").read_text() == ""


def test_everything_that_was_watched(tmp_path, folder, small, scripted):
    """Each extractor is announced with the number of reports, and every record is told, also of a failure."""
    scripted(town5=ReplyError("no"))
    told: list[object] = []

    @contextmanager
    def watch(name, reports):
        told.append((name, reports))
        yield lambda record: told.append(record.status)
        told.append("end")

    predict_run(EvalRequest([folder], tmp_path / "run", ["rules", "hybrid"]), small, watch)
    statuses = ["ok"] * 5 + ["failed"] + ["ok"] * 2
    assert told == [("rules", 8), *statuses, "end", ("hybrid", 8), *statuses, "end"]


def test_what_the_run_says_of_itself(tmp_path, folder, small, scripted):
    """Extractors in their order with what made them, other people's at the end; parameters, data sets and mode."""
    asked = scripted()
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_text('{"doc_id": "town0"}\n', encoding="utf-8")
    options = ModelOptions(concurrency=3, gguf=Path("/models/m.gguf"))
    request = EvalRequest([folder], tmp_path / "run", ["hybrid", "rules"], {"theirs": theirs}, options)
    run = predict_run(request, small)
    info = run.info()
    assert info.names == ["hybrid", "rules", "theirs"]
    assert [one.model for one in info.extractors] == ["model of hybrid", "model of rules", None]
    assert [one.origin for one in info.extractors] == ["baogao", "baogao", "records"]
    assert (info.mode, info.parameters.concurrency, info.parameters.gguf) == ("live", 3, "m.gguf")
    assert [one.folder for one in info.datasets] == [str(folder)]
    assert run.records_path("theirs").read_bytes() == theirs.read_bytes()
    assert list(run.timing().extractors) == ["hybrid", "rules"]
    assert asked == {"hybrid": options, "rules": options}


def test_what_it_took(tmp_path, folder, small, scripted):
    """Tokens add up; a report's seconds are its own, and side by side all together take less than their sum."""
    scripted(**dict.fromkeys(NAMES, 0.05))
    request = EvalRequest([folder], tmp_path / "run", options=ModelOptions(concurrency=8))
    timing = predict_run(request, small).timing().extractors["rules"]
    assert (timing.requests, timing.cached, timing.completion_tokens, timing.cost) == (16, 8, 40, None)
    assert list(timing.documents) == NAMES
    assert all(one.seconds >= 0.05 for one in timing.documents.values())
    assert timing.seconds < sum(one.seconds for one in timing.documents.values())
    assert "cost" not in Run(tmp_path / "run").read_json("timing.json")["extractors"]["rules"]


def test_seconds_of_a_document_that_fails():
    """The time is kept by document, whatever came of it."""
    timed = TimedExtractor(Scripted("llm", a=0.02, b=ReplyError("no")))

    async def run() -> None:
        await timed.extract(ReportText.from_document(document_from_text("无。", "a")))
        await timed.extract(ReportText.from_document(document_from_text("无。", "b")))

    with pytest.raises(ReplyError):
        asyncio.run(run())
    assert timed.name == "llm"
    assert timed.seconds["a"] >= 0.02 > timed.seconds["b"]


def test_a_request_by_a_program(tmp_path, folder):
    """Data sets and a folder are enough: rules, live, by what the environment says of the model."""
    request = EvalRequest([folder], tmp_path / "run")
    assert (request.names(), request.mode, request.options) == (["rules"], "live", ModelOptions())
    assert EvalRequest([folder], tmp_path, replay=tmp_path).mode == "replay"
    assert EvalRequest([folder], tmp_path, record=tmp_path).mode == "record"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"extractors": ["rules", "magic"]}, "there is no extractor 'magic'; there are: rules, llm, hybrid"),
        ({"replay": Path("a"), "record": Path("b")}, "exclude each other"),
        ({"extractors": ["llm", "llm"]}, "named twice: llm, llm"),
        ({"extractors": ["rules"], "records": {"rules": Path("r")}}, "named twice: rules, rules"),
    ],
)
def test_a_request_that_cannot_work(tmp_path, small, asked, message):
    """It is refused before any data set is read."""
    with pytest.raises(UsageError, match=message):
        predict_run(EvalRequest([tmp_path / "nowhere"], tmp_path / "run", **asked), small)
    assert not (tmp_path / "run").exists()


def test_records_that_are_not_there(tmp_path, folder, small, scripted):
    """A file that cannot be read names itself."""
    scripted()
    request = EvalRequest([folder], tmp_path / "run", [], {"theirs": tmp_path / "none.jsonl"})
    with pytest.raises(UsageError, match=r"cannot read .*none\.jsonl: No such file"):
        predict_run(request, small)


def test_gold_that_does_not_hold(tmp_path, folder, small, scripted):
    """One report in two data sets ends the run before any extractor is made."""
    asked = scripted()
    with pytest.raises(GoldError, match="also in the data set set"):
        predict_run(EvalRequest([folder, folder / "dev"], tmp_path / "run"), small)
    assert asked == {}


def test_records_of_others_are_named():
    """``NAME=FILE``; a path may hold more of the sign."""
    assert parse_records(["a=x.jsonl", "b-2_c=dir/y=z.jsonl"]) == {"a": Path("x.jsonl"), "b-2_c": Path("dir/y=z.jsonl")}
    assert parse_records([]) == {}
    with pytest.raises(UsageError, match="names 'a' twice"):
        parse_records(["a=x.jsonl", "a=y.jsonl"])


@pytest.mark.parametrize("text", ["", "name", "=file", "name=", "a/b=file", "a b=file", "../a=file"])
def test_records_of_others_that_cannot_be_named(text):
    """The error says the form, and what was given."""
    with pytest.raises(UsageError, match=r"--records wants NAME=FILE\.jsonl; it got "):
        parse_records([text])


@given(st.text(max_size=8))
def test_a_name_is_a_name(text):
    """Whatever is given, a name that is accepted can stand in the name of a file."""
    names: dict[str, Path] = {}
    with suppress(UsageError):
        names = parse_records([f"{text}=file"])
    assert all(name and not set(name) & set("/\\. ") for name in names)


def test_differences_are_paths():
    """What differs is named by the way to it; what is missing on one side is None there."""
    old = {"a": {"b": 1, "c": [1, 2]}, "d": 0.5}
    new = {"a": {"b": 2, "c": [1, 2], "e": "x"}, "d": None}
    assert list(differences(old, new)) == ["a.b: 1 is now 2", "a.e: None is now x", "d: 0.5 is now None"]
    assert list(differences(old, old)) == []
    assert list(differences({"a": {}}, {"a": 1})) == ["a: {} is now 1"]


@pytest.fixture(scope="module")
def communiques(tmp_path_factory) -> Path:
    """The communiqués and their gold."""
    folder = tmp_path_factory.mktemp("data") / "communiques"
    build_dataset(sorted(COMMUNIQUE.parent.glob("*.marked.txt")), folder, load_schema(COMMUNIQUE))
    return folder


def model(seen: Seen) -> Step:
    """A model that says of every figure that there is none."""
    form = seen.body["messages"][-1]["content"].split("表：")[-1]
    return completion("\n".join(f"{label}无" for label in form.split()), prompt_tokens=100, completion_tokens=7)


def recorded(folder: Path, out: Path, *extractors: str) -> EvalRequest:
    """Record a run of a model behind a fake server; returns what would play it."""
    with fake_server(model) as server:
        options = ModelOptions(base_url=server.url, model="small", ask="form")
        request = EvalRequest([folder], out / "run", extractors, options=options, record=out / "recording")
        predict_run(request, load_schema(COMMUNIQUE))
    assert server.seen
    return EvalRequest([folder], out / "again", extractors, replay=out / "recording")


def test_recorded_and_played(communiques, tmp_path):
    """A replay without a server gives the same records and tokens, and says of itself that it is one."""
    request = recorded(communiques, tmp_path, "rules", "llm")
    again, run = predict_run(request, load_schema(COMMUNIQUE)), Run(tmp_path / "run")
    for name in ("rules", "llm"):
        records, played = (read_records(one.records_path(name)) for one in (run, again))
        assert [one.fields for one in played] == [one.fields for one in records]
    assert (run.info().mode, again.info().mode) == ("record", "replay")
    tokens = [one.timing().extractors["llm"].prompt_tokens for one in (run, again)]
    assert tokens[0] == tokens[1] > 0
    assert again.info().extractors == run.info().extractors


def test_a_part_of_a_recording(communiques, tmp_path):
    """Rules alone may be replayed from any recording; a part of what was asked only where that is wanted."""
    whole = recorded(communiques, tmp_path, "llm", "hybrid")
    predict_run(replace(whole, extractors=["rules"]), load_schema(COMMUNIQUE))
    with pytest.raises(ReplayError, match="recorded and never asked for"):
        predict_run(replace(whole, extractors=["hybrid"]), load_schema(COMMUNIQUE))
    predict_run(replace(whole, extractors=["hybrid"], strict=False), load_schema(COMMUNIQUE))


def test_a_replay_is_of_its_own_gold(communiques, tmp_path):
    """A recording that lost a report, or is of other reports, is refused before any extractor begins."""
    request = recorded(communiques, tmp_path, "llm")
    next((tmp_path / "recording" / "reports").iterdir()).rename(tmp_path / "recording" / "reports" / "other.yaml")
    with pytest.raises(ReplayError, match=r"other\.yaml belongs to no report"):
        predict_run(request, load_schema(COMMUNIQUE))
    assert not (tmp_path / "again").exists()


def test_a_program_may_decide_in_hybrid(communiques, tmp_path):
    """What it gives sees every report, and no calibration is used."""
    request = recorded(communiques, tmp_path, "hybrid")
    witness, schemas = Witness(), []

    def arbiter_for(schema: Schema) -> Witness:
        schemas.append(schema)
        return witness

    schema = load_schema(COMMUNIQUE)
    run = predict_run(replace(request, arbiter_for=arbiter_for), schema)
    assert schemas == [schema]
    assert sorted(witness.cases) == ["haituo-2022", "yunling-2023"]
    assert run.info().extractors[0].calibration is None
    assert run.info().extractors[0].jury is None


def test_a_run_says_who_led_and_how_was_asked(communiques, tmp_path):
    """Found on a sample of its reports, each asked about once: what that took is each report's own, live or played."""
    request = recorded(communiques, tmp_path, "hybrid", "llm")
    for run in (Run(tmp_path / "run"), predict_run(request, load_schema(COMMUNIQUE))):
        hybrid, llm = run.info().extractors
        assert (hybrid.way, llm.way) == ("form", "form")
        assert hybrid.way_prompts == llm.way_prompts != hybrid.prompts
        assert hybrid.jury.reports == 2
        assert llm.jury is None
        records = read_records(run.records_path("hybrid"))
        assert [record.made_by.jury for record in records] == [hybrid.jury] * 2
        timing = run.timing().extractors["hybrid"]
        asked = [one.usage.requests + one.usage.cached for one in records]
        assert min(asked) > 0
        assert sum(asked) == timing.requests + timing.cached


def test_a_report_read_in_a_sample_takes_the_time_of_both():
    """Its seconds are those of the sample and of the record together."""
    timed = TimedExtractor(Scripted("llm", a=0.02))
    report = ReportText.from_document(document_from_text("无。", "a"))

    async def run() -> None:
        await timed.extract(report)
        await timed.extract(report)

    asyncio.run(run())
    assert timed.seconds["a"] >= 0.04


def test_records_of_others_are_opened_before_anything_is_asked(tmp_path, folder, small, monkeypatch):
    """A file that is not there, and a place that cannot be written, are each named as what they are."""

    def ready(*arguments):
        raise AssertionError("an extractor was made")

    monkeypatch.setattr(predict, "ready_extractor", ready)
    (tmp_path / "theirs.jsonl").touch()
    (tmp_path / "file").touch()
    request = EvalRequest([folder], tmp_path / "run", ["rules"], {"theirs": tmp_path / "missing.jsonl"})
    with pytest.raises(UsageError, match=r"cannot read .*missing\.jsonl"):
        predict_run(request, small)
    request = EvalRequest([folder], tmp_path / "file", ["rules"], {"theirs": tmp_path / "theirs.jsonl"})
    with pytest.raises(UsageError, match=r"cannot write .*file.records.theirs\.jsonl"):
        predict_run(request, small)
