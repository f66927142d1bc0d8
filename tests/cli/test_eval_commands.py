"""``baogao eval``: a run from texts to report, gates, other people's records, record and replay."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from baogao.cli.main import app
from baogao.errors import GoldError, ReplayError, UsageError
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.runs import Run
from baogao.schema import load_schema
from batch.conftest import executed, requests, write_results
from llm.fake_server import Seen, Step, completion, fake_server

COMMUNIQUE = Path(__file__).parents[1] / "fixtures" / "communique"
SCHEMA = str(COMMUNIQUE / "communique.py")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory) -> Path:
    """The communiqués and their gold."""
    folder = tmp_path_factory.mktemp("data") / "communiques"
    build_dataset(sorted(COMMUNIQUE.glob("*.marked.txt")), folder, load_schema(SCHEMA))
    return folder


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    monkeypatch.setenv("BAOGAO_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def call(*arguments: object, schema: bool = True) -> Result:
    """Run the command; an error of baogao is raised, as the command line's own main expects."""
    given = [str(argument) for argument in arguments] + (["--schema", SCHEMA] if schema else [])
    result = CliRunner().invoke(app, ["eval", *given])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def model(seen: Seen) -> Step:
    """A model that copies the first figure of the passage behind every name."""
    last = seen.body["messages"][-1]["content"]
    passage, form = last.split("表：")
    figure = re.search(r"\d[\d.]*[%万]?", passage)
    lines = [f"{label}{figure[0] if figure else '无'}" for label in form.split()]
    return completion("\n".join(lines), prompt_tokens=100, completion_tokens=7)


def recorded(dataset: Path, folder: Path, *more: str) -> Run:
    """A run of a model behind a fake server, recorded."""
    with fake_server(model) as server:
        url = ("--base-url", server.url, "--model", "small", "--ask", "form")
        call(dataset, "--out", folder / "run", "--record", folder / "recordings", "--extractor", "llm", *url, *more)
    return Run(folder / "run")


def replay(dataset: Path, folder: Path, out: str = "again", *more: str) -> Result:
    """The recording, played."""
    return call(dataset, "--out", folder / out, "--replay", folder / "recordings", "--extractor", "llm", *more)


def test_rules_from_texts_to_report(dataset, tmp_path):
    """The default run: every file of a run is there, and the word ``run`` may be said or not."""
    result = call(dataset, "--out", tmp_path / "run")
    assert result.exit_code == 0
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names >= {"run.json", "records", "scores.jsonl", "summary.json", "timing.json", "report.html", "report.md"}
    assert "2 reports" in result.stdout
    assert re.match(r"Of 100 .* rules finds .*\.\nOf 100 .* wrong\.\n2 reports are too few", result.stdout)
    call("run", dataset, "--out", tmp_path / "said")
    assert (tmp_path / "said" / "summary.json").read_bytes() == (tmp_path / "run" / "summary.json").read_bytes()


def test_run_json_identifies_the_run(dataset, tmp_path):
    """Versions, commit, digests and mode are there; nothing of this machine but the folder that was named."""
    call(dataset, "--out", tmp_path / "run")
    info = Run(tmp_path / "run").read_json("run.json")
    assert info["schema"]["digest"].startswith("sha256:")
    assert info["rules"].startswith("sha256:")
    assert info["datasets"][0] | {"digest": ""} == {
        "name": "communiques", "folder": str(dataset), "documents": 2, "digest": "", "splits": {},
    }  # fmt: skip
    assert (info["mode"], info["extractors"][0]["name"]) == ("live", "rules")
    assert {"commit", "dirty", "python", "packages", "made", "baogao"} <= info.keys()


def test_score_and_report_alone(dataset, tmp_path):
    """Scores, summary and report come back the same from what the steps before left."""
    call(dataset, "--out", tmp_path / "run")
    before = {name: (tmp_path / "run" / name).read_bytes() for name in ("scores.jsonl", "summary.json", "report.md")}
    for name in before:
        (tmp_path / "run" / name).unlink()
    call("score", tmp_path / "run")
    (tmp_path / "run" / "report.md").unlink()
    call("report", tmp_path / "run", schema=False)
    assert {name: (tmp_path / "run" / name).read_bytes() for name in before} == before


def test_other_peoples_records(dataset, tmp_path):
    """Records by anybody are scored beside the rules and compared with them."""
    call(dataset, "--out", tmp_path / "first")
    theirs = tmp_path / "first" / "records" / "rules.jsonl"
    call(dataset, "--out", tmp_path / "run", "--extractor", "rules", "--records", f"theirs={theirs}")
    summary = Run(tmp_path / "run").read_json("summary.json")
    assert summary["extractors"]["theirs"] == summary["extractors"]["rules"]
    assert [(entry["a"], entry["b"]) for entry in summary["comparisons"]] == [("theirs", "rules")]
    theirs.write_text('{"doc_id": "nobody", "status": "ok", "fields": {}}\n', encoding="utf-8")
    with pytest.raises(GoldError, match="a record for nobody"):
        call(dataset, "--out", tmp_path / "other", "--records", f"theirs={theirs}")


def test_gates(dataset, tmp_path):
    """A gate that does not hold exits with 1 and a sentence, after the report is written."""
    assert call(dataset, "--out", tmp_path / "good", "--min-f1", "rules=0.9").exit_code == 0
    lines = (tmp_path / "good" / "records" / "rules.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "half.jsonl").write_text(lines[0], encoding="utf-8")
    worse = call(
        dataset, "--out", tmp_path / "bad", "--records", f"rules={tmp_path / 'half.jsonl'}",
        "--min-f1", "rules=0.9", "--not-worse-than", tmp_path / "good",
    )  # fmt: skip
    assert worse.exit_code == 1
    assert worse.stderr.count("gate:") == 2
    assert (tmp_path / "bad" / "report.html").is_file()


def test_diff(dataset, tmp_path):
    """What the second run broke is counted and listed."""
    call(dataset, "--out", tmp_path / "a")
    records = [
        json.loads(line) for line in (tmp_path / "a" / "records" / "rules.jsonl").read_text("utf-8").splitlines()
    ]
    field = next(name for name, answer in records[0]["fields"].items() if answer["status"] == "reported")
    for record in records:
        del record["fields"][field]
    (tmp_path / "less.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    call(dataset, "--out", tmp_path / "b", "--records", f"rules={tmp_path / 'less.jsonl'}")
    result = call("diff", tmp_path / "a", tmp_path / "b", schema=False)
    assert re.search(r"^ +[12] broken", result.stdout, re.MULTILINE)
    assert field in result.stdout


def test_a_replay_is_the_same_bytes(dataset, tmp_path):
    """Replayed without its server, a run gives the same summary, and says that it was replayed."""
    run = recorded(dataset, tmp_path)
    verdicts = run.read_json("summary.json")["extractors"]["llm"]["verdicts"]
    assert verdicts["correct"] + verdicts["wrong"] + verdicts["spurious"] > 0
    replay(dataset, tmp_path)
    again = Run(tmp_path / "again")
    assert (again.path / "summary.json").read_bytes() == (run.path / "summary.json").read_bytes()
    assert again.read_json("run.json")["mode"] == "replay"
    tokens = [one.read_json("timing.json")["extractors"]["llm"]["prompt_tokens"] for one in (run, again)]
    assert tokens[0] == tokens[1] > 0
    assert "tokens are those of the recording" in (again.path / "report.md").read_text(encoding="utf-8")


def test_extractors_share_a_recording(dataset, tmp_path):
    """One cassette a report serves all extractors of a run."""
    run = recorded(dataset, tmp_path, "--extractor", "hybrid")
    assert sorted(path.name for path in (tmp_path / "recordings" / "reports").iterdir()) == [
        "haituo-2022.yaml",
        "yunling-2023.yaml",
    ]
    replay(dataset, tmp_path, "again", "--extractor", "hybrid")
    assert (tmp_path / "again" / "summary.json").read_bytes() == (run.path / "summary.json").read_bytes()


def test_a_recording_goes_on_where_it_stopped(dataset, tmp_path):
    """What is recorded is not asked again; what is not asked for any more is dropped."""
    recorded(dataset, tmp_path)
    path = tmp_path / "recordings" / "reports" / "haituo-2022.yaml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(_with_another_exchange(whole), encoding="utf-8")
    (tmp_path / "recordings" / "reports" / "yunling-2023.yaml").unlink()
    with fake_server(model) as server:
        url = ("--base-url", server.url, "--model", "small", "--ask", "form")
        call(dataset, "--out", tmp_path / "more", "--record", tmp_path / "recordings", "--extractor", "llm", *url)
    asked = (path.parent / "yunling-2023.yaml").read_text(encoding="utf-8").count("- request:")
    assert len(server.seen) == asked > 0
    assert path.read_text(encoding="utf-8") == whole
    replay(dataset, tmp_path)


def _with_another_exchange(text: str) -> str:
    """A cassette with one exchange more than was asked."""
    first = text.index("- request:")
    extra = text[first : text.index("- request:", first + 1)].replace("max_tokens: ", "max_tokens: 9")
    return text[:first] + extra + text[first:]


def test_a_request_that_was_not_recorded(dataset, tmp_path):
    """A changed prompt is an error, and not a failed report."""
    recorded(dataset, tmp_path)
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    for path in (Path(__file__).parents[2] / "prompts").glob("*.jinja"):
        (prompts / path.name).write_text(path.read_text("utf-8").replace("统计员", "记录员"), encoding="utf-8")
    with pytest.raises(ReplayError, match=r"does not hold this request.*记录员"):
        replay(dataset, tmp_path, "again", "--prompts", str(prompts))


def test_an_exchange_that_nobody_asked_for(dataset, tmp_path):
    """What was recorded and is not asked for is an error."""
    recorded(dataset, tmp_path)
    path = tmp_path / "recordings" / "reports" / "haituo-2022.yaml"
    path.write_text(_with_another_exchange(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ReplayError, match="never asked for: haituo-2022"):
        replay(dataset, tmp_path)


def test_orphans_and_missing_cassettes(dataset, tmp_path):
    """A cassette without its report, and a report without its cassette, are errors before anything runs."""
    recorded(dataset, tmp_path)
    reports = tmp_path / "recordings" / "reports"
    (reports / "haituo-2022.yaml").rename(reports / "stranger.yaml")
    with pytest.raises(ReplayError, match=r"stranger\.yaml belongs to no report"):
        replay(dataset, tmp_path)
    (reports / "stranger.yaml").unlink()
    with pytest.raises(ReplayError, match=r"no cassette .*haituo-2022\.yaml"):
        replay(dataset, tmp_path)
    with pytest.raises(ReplayError, match="is not a recording"):
        call(dataset, "--out", tmp_path / "x", "--replay", tmp_path / "nowhere", "--extractor", "llm")


def test_a_recording_holds_no_secret(dataset, tmp_path, monkeypatch):
    """Neither the key nor the host is in any file of a recording or of its run."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    run = recorded(dataset, tmp_path)
    files = [path for folder in (run.path, tmp_path / "recordings") for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        assert "sk-very-secret" not in path.read_text(encoding="utf-8"), path
    assert not any("127.0.0.1" in path.read_text(encoding="utf-8") for path in (tmp_path / "recordings").rglob("*.*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--extractor", "magic"], "no extractor 'magic'"),
        (["--extractor", "rules", "--extractor", "rules"], "named twice"),
        (["--replay", "a", "--record", "b"], "exclude each other"),
        (["--records", "nothing"], "NAME=FILE"),
        (["--records", "a=/nowhere.jsonl"], "cannot read /nowhere.jsonl"),
        (["--min-f1", "rules"], "--min-f1 wants"),
    ],
)
def test_what_cannot_work_is_said(dataset, tmp_path, arguments, message):
    """Usage errors are one sentence each."""
    with pytest.raises(UsageError, match=re.escape(message)):
        call(dataset, "--out", tmp_path / "run", *arguments)


def test_min_confidence_holds_back(dataset, tmp_path):
    """What is held back is missing for the score and stays in the records; the run says what was asked for."""
    call(dataset, "--out", tmp_path / "run", "--min-confidence", "1")
    run = Run(tmp_path / "run")
    assert run.read_json("summary.json")["extractors"]["rules"]["verdicts"]["correct"] == 0
    assert run.read_json("run.json")["parameters"]["min_confidence"] == 1
    assert run.records_path("rules").read_text(encoding="utf-8").count('"held_back"') > 5


def test_paths_are_printed_as_they_are(dataset, tmp_path):
    """Square brackets in the name of a run are no markup, on any of the commands that print it."""
    for name in ("o[dev]", "ev[/b]"):
        path = tmp_path / name
        assert f"report  {path / 'report.html'}\n" in call(dataset, "--out", path).stdout
        assert f"report  {path / 'report.html'}\n" in call("report", path, schema=False).stdout
    run = recorded(dataset, tmp_path / "r[/]")
    again = call("replay", run.path, "--cassettes", tmp_path / "r[/]" / "recordings")
    assert again.stdout.endswith(f"\n{run.path / 'summary.json'}: the same, to the byte\n")
    assert again.stdout.startswith("Of 100 figures that the reports print, llm finds ")


def test_an_id_of_gold_does_not_speak_to_the_terminal(dataset, tmp_path):
    """What a diff lists is spelt out."""
    call(dataset, "--out", tmp_path / "a")
    lines = (tmp_path / "a" / "scores.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    name = rows[0]["doc_id"]
    (tmp_path / "a" / "scores.jsonl").write_text(lines.replace(name, f"{name}\\u001b[31m"), encoding="utf-8")
    b = tmp_path / "b"
    shutil.copytree(tmp_path / "a", b)
    changed = (b / "scores.jsonl").read_text(encoding="utf-8").replace('"verdict": "correct"', '"verdict": "wrong"')
    (b / "scores.jsonl").write_text(changed, encoding="utf-8")
    said = call("diff", tmp_path / "a", b, "--show-test", schema=False).stdout
    assert f"{name}\\x1b[31m" in said
    assert "\x1b" not in said


def test_the_replies_of_a_batch_are_measured_and_recorded(dataset, tmp_path, baogao):
    """As if the model were there, and nobody is asked; what was not prepared has no reply, and is a failed record."""
    asked = ("--extractor", "hybrid", "--ask", "form", "--model", "small", "--calibration", "none")
    assert baogao("batch", "prepare", dataset, "--schema", SCHEMA, *asked, "--out", "batch").code == 0
    with pytest.raises(UsageError, match="batch holds no replies: `baogao batch collect` takes them in"):
        call(dataset, "--out", "run", "--batch", "batch", "--extractor", "llm")
    assert not Path("run").exists()
    with fake_server(model) as server:
        results = write_results("results.jsonl", executed(server, requests()))
        call(dataset, "--out", "live", "--base-url", server.url, *asked)
    assert baogao("batch", "collect", "batch", results, "--out", "collected").code == 0
    # The flags of the model are those that the batch was prepared with, whatever the environment says.
    call(dataset, "--out", "run", "--batch", "batch", "--extractor", "hybrid", "--record", "recorded", *asked[-2:])
    summary, live = (Run(Path(name)).read_json("summary.json")["extractors"]["hybrid"] for name in ("run", "live"))
    assert summary == live
    info = Run(Path("run")).info()
    assert (info.mode, info.extractors[0].model, info.extractors[0].way) == ("record", "small", "form")
    assert info.extractors[0].jury == Run(Path("live")).info().extractors[0].jury
    call(dataset, "--out", "again", "--replay", "recorded", "--extractor", "hybrid", *asked[-2:])
    assert Run(Path("again")).read_json("summary.json")["extractors"]["hybrid"] == summary


def test_a_batch_that_is_none(dataset, tmp_path):
    """A folder that is no batch is one line, before any report is read."""
    with pytest.raises(UsageError, match="nowhere"):
        call(dataset, "--out", "run", "--batch", "nowhere", "--extractor", "llm")
    assert not Path("run").exists()


def test_history_in_words_and_as_json(dataset, tmp_path):
    """Runs below a folder, the newest last, with the difference; a program gets the same as one document."""
    for name in ("first", "s[econd]"):
        call(dataset, "--out", tmp_path / "runs" / name)
    result = call("history", tmp_path / "runs", schema=False)
    first, second = result.stdout.split("extractor")[:2]
    assert re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d  \S*first  communiques, 2 reports, [0-9a-f]{12}\n", first)
    assert "s[econd]  communiques" in second
    assert re.search(r"\nrules +\d\.\d{3} .* 0\.0 *\n", result.stdout)
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "run.json").write_text("{", encoding="utf-8")
    assert "cannot be read" in call("history", tmp_path / "runs", schema=False).stdout
    shutil.rmtree(tmp_path / "runs" / "broken")
    lines = json.loads(call("history", tmp_path / "runs", "--json", schema=False).stdout)["runs"]
    assert [Path(line["run"]).name for line in lines] == ["first", "s[econd]"] or lines[0]["made"] == lines[1]["made"]
    assert [line["difference"] for line in lines] == [None, 0]
    (tmp_path / "nothing").mkdir()
    assert "there is no run" in call("history", tmp_path / "nothing", schema=False).output
    with pytest.raises(UsageError, match="there is no folder"):
        call("history", tmp_path / "none", schema=False)


def test_serve_prints_the_address(dataset, tmp_path, monkeypatch):
    """What is served are the runs of the folder, at the port that was asked for; a folder that is not there is said."""
    seen = {}

    def serve(app, port, open_browser, on_ready):
        seen.update(app=app, port=port, open=open_browser)
        on_ready("http://127.0.0.1:7/?token=x")

    monkeypatch.setattr("baogao.serving.serve", serve)
    result = call("serve", tmp_path, "--port", "7", schema=False)
    assert "http://127.0.0.1:7/?token=x\n" in result.stdout
    assert (seen["port"], seen["open"], callable(seen["app"])) == (7, False, True)
    with pytest.raises(UsageError, match="there is no folder"):
        call("serve", tmp_path / "none", schema=False)
