"""Bad input through the real command line: one clear line, a row, the right exit code, and the others go on."""

from __future__ import annotations

import hashlib
import io
import json
import re
import resource
import shutil
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from baogao.inputs import find_sources
from baogao.llm import embedded
from baogao.rules.context import build_contexts
from cli.conftest import COMMUNIQUE, GOOD, rows
from cli.model_of_tests import abilities, filled_form, good_model
from llm.fake_server import Step, completion, failure, fake_server
from llm.test_embedded import MODEL, Hub

NO_SERVER = "http://127.0.0.1:9/v1"


def scanned_pdf() -> bytes:
    """A page with a drawing and no text."""
    buffer = io.BytesIO()
    pdf = canvas.Canvas(buffer)
    pdf.rect(50, 50, 200, 200, fill=1)
    pdf.save()
    return buffer.getvalue()


UNREADABLE = {
    "empty.txt": (b"", "it is empty: there is no text in it"),
    "blank.txt": (" \n\u3000\r\n".encode(), "it is empty: there is no text in it"),
    "binary.txt": (bytes(range(256)) * 20, "it holds binary data, not text"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .docx"),
    "scanned.pdf": (scanned_pdf(), "run it through text recognition (OCR) first"),
    "damaged.pdf": (b"%PDF-1.7 and nothing else", "it is damaged or not a PDF"),
    "damaged.docx": (b"PK\x03\x04 and nothing else", "it is not a Word document that can be opened"),
    "encoding.txt": (b"\xef\xbb\xbf" + "报告".encode("gb18030") * 50, "does not fit; save it as UTF-8"),
}


def assert_one_line(text: str, *words: str) -> None:
    """One line holds all the words, and nothing looks like a traceback."""
    assert "Traceback" not in text
    lines = [line for line in text.splitlines() if all(word in line for word in words)]
    assert len(lines) == 1, text


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_report_that_cannot_be_read(extract, reports, name):
    """One line on it, its own row with what to do, exit code 1, and the good report comes out."""
    content, words = UNREADABLE[name]
    (reports / name).write_bytes(content)
    outcome = extract(reports)
    assert outcome.code == 1
    assert_one_line(outcome.err, name, words)
    bad, good = sorted(rows(), key=lambda record: record.status)
    assert (bad.status, good.status) == ("failed", "ok")
    assert words in bad.error
    assert bad.fields == {}
    assert bad.sha256 == ""
    assert good.fields["gdp"].text == "86.4亿元"


def test_a_report_that_is_gone(extract, reports, monkeypatch):
    """A file that vanishes between the listing and the reading is a row, too."""
    (reports / "gone.txt").write_text(GOOD, encoding="utf-8")

    def list_and_lose(inputs, *, ocr):
        sources = find_sources(inputs, ocr=ocr)
        (reports / "gone.txt").unlink()
        return sources

    monkeypatch.setattr("baogao.inputs.find_sources", list_and_lose)
    outcome = extract(reports)
    assert outcome.code == 1
    assert_one_line(outcome.err, "gone.txt", "it cannot be opened: No such file or directory")
    assert [record.status for record in rows()] == ["failed", "ok"]


def test_two_inputs_of_one_name(extract, reports):
    """Both are kept, with ids and texts of their own."""
    other = reports / "more"
    other.mkdir()
    (other / "good.txt").write_text(GOOD.replace("86.4", "86.5"), encoding="utf-8")
    assert extract(reports / "good.txt", other).code == 0
    assert [(row.doc_id, row.fields["gdp"].text) for row in rows()] == [("good", "86.4亿元"), ("good-2", "86.5亿元")]
    assert "86.5" in Path("out/texts/good-2.txt").read_text(encoding="utf-8")


def broken_copy(folder: Path, name: str, content: str) -> Path:
    """The communiqués' schema in a folder of its own, with one file beside it that does not load."""
    folder.mkdir()
    schema = shutil.copy(COMMUNIQUE, folder / "mine.py")
    shutil.copy(COMMUNIQUE.with_suffix(".rules.yaml"), folder / "mine.rules.yaml")
    (folder / name).write_text(content, encoding="utf-8")
    return Path(schema)


@pytest.mark.parametrize(
    ("name", "content", "words", "more"),
    [
        ("mine.py", "class Broken(:\n", ["mine.py, line 1", "invalid syntax"], []),
        ("mine.py", "x = 1 / 0\n", ["mine.py, line 1", "ZeroDivisionError"], []),
        ("mine.rules.yaml", "fields: [\n", ["mine.rules.yaml", "not YAML"], []),
        ("mine.rules.yaml", "fields:\n  gpd: {match: ['№']}\n", ["mine.rules.yaml", "gpd"], []),
        ("mine.examples.yaml", "- passage: [\n", ["mine.examples.yaml", "not YAML"], ["--ask", "form"]),
        ("mine.examples.yaml", "- passage: a\n", ["mine.examples.yaml: 0.answers"], ["--ask", "form"]),
        ("mine.examples.yaml", "- {passage: a, answers: {gpd: '1'}}\n", ["no field 'gpd'"], ["--ask", "form"]),
        ("form.jinja", "no front matter", ["form.jinja:1", "no front matter"], ["--prompts", "broken"]),
        (
            "form.jinja",
            "---\nname: form\nversion: 1\n---\n<<user>>\n{% if %}",
            ["form.jinja:6"],
            ["--prompts", "broken"],
        ),
    ],
)
def test_a_file_of_the_set_up_that_does_not_load(baogao, reports, tmp_path, name, content, words, more):
    """Schema, rules, examples, prompts: one line names the file and the place, exit code 2, nothing is written."""
    schema = broken_copy(tmp_path / "broken", name, content)
    asking = ["--extractor", "llm", "--base-url", NO_SERVER, "--model", "m", *more] if more else []
    outcome = baogao("extract", reports, "--schema", schema, "--out", "out", *asking)
    assert outcome.code == 2
    assert_one_line(outcome.err, "error:", *words)
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.txt"], ["there is no file or folder missing.txt"]),
        (["*.missing"], ["no file matches *.missing"]),
        ([""], ["an input is empty"]),
        (["empty"], ["there is nothing to read in empty"]),
        (
            ["reports", "--extractor", "llm", "--base-url", "ftp://somewhere/v1", "--model", "m"],
            ["ftp://somewhere"],
        ),
        (["reports", "--extractor", "llm", "--gguf", "missing.gguf"], ["missing.gguf cannot be read"]),
        (["reports", "--extractor", "llm", "--gguf", "reports/good.txt"], ["is not a model in GGUF format"]),
        (["reports", "--embedded"], ["is not here yet; get it with `baogao model pull`"]),
        (["reports", "--prompts", "empty", "--extractor", "llm", "--model", "m"], ["no prompt templates"]),
    ],
)
def test_nothing_can_start(extract, reports, arguments, words):
    """What holds for the whole run is one line and exit code 2; no folder is begun."""
    Path("empty").mkdir()
    outcome = extract(*arguments)
    assert outcome.code == 2
    assert_one_line(outcome.err, "error:", *words)
    assert not Path("out/records.jsonl").exists()


def test_unknown_schema(baogao, reports):
    """A schema that does not exist is named, with those that do."""
    outcome = baogao("extract", reports, "--schema", "nonsense", "--out", "out")
    assert outcome.code == 2
    assert_one_line(outcome.err, "no schema named 'nonsense'", "law_based_government")


def test_damaged_settings(extract, reports):
    """``baogao.toml`` that is not TOML stops the run with its place."""
    Path("baogao.toml").write_text("[endpoint\n", encoding="utf-8")
    outcome = extract(reports, "--extractor", "llm")
    assert outcome.code == 2
    assert_one_line(outcome.err, "error:", "baogao.toml")


def test_out_is_a_file(extract, reports):
    """A place that cannot be a folder is said before any report is read."""
    Path("out").write_text("mine", encoding="utf-8")
    outcome = extract(reports)
    assert outcome.code == 2
    assert_one_line(outcome.err, "error: cannot write out: Not a directory")
    assert Path("out").read_text(encoding="utf-8") == "mine"


def test_no_room_for_records(extract, reports):
    """A full disk ends the run in words; here a limit on the size of files stands for it."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        outcome = extract(reports)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert outcome.code == 2
    assert_one_line(outcome.err, "error: cannot write out/journal.jsonl")


@pytest.fixture
def earlier(extract, reports) -> bytes:
    """The records of an earlier run by rules, which the next run would replace.

    The report of the next run says one thing in words that rules do not know, so that hybrid must ask the model.
    """
    (reports / "bad.txt").write_bytes(b"")
    assert extract(reports).code == 1
    changed = GOOD.replace("86.4", "86.5").replace("年末常住人口", "住在县里的人口有")
    (reports / "good.txt").write_text(changed, encoding="utf-8")
    return Path("out/records.jsonl").read_bytes()


@pytest.mark.parametrize("extractor", ["llm", "hybrid"])
@pytest.mark.parametrize("ask", ["form", "link"])
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (None, ["no model server answers at"]),
        (failure(401, "bad key"), ["refuses access (401); set OPENAI_API_KEY"]),
        (failure(404, "The model `big` does not exist", code="model_not_found"), ["has no model 'big'; it has: small"]),
    ],
    ids=["no-server", "wrong-key", "unknown-model"],
)
def test_an_endpoint_that_is_wrong_for_all(extract, reports, earlier, extractor, ask, reply, words):
    """No server, a wrong key, an unknown model: one message, exit code 2, and what was there is left alone."""
    with fake_server(lambda seen: reply or failure(500, "")) as server:
        url = server.url if reply else NO_SERVER
        model = ["--extractor", extractor, "--ask", ask, "--base-url", url, "--model", "big"]
        outcome = extract(reports, *model, "--concurrency", "2", "--overwrite")
    assert outcome.code == 2
    assert_one_line(outcome.err, "error:", *words)
    assert "good.txt" not in outcome.err
    assert Path("out/records.jsonl").read_bytes() == earlier
    assert "86.4" in Path("out/texts/good.txt").read_text(encoding="utf-8")


def test_a_server_that_goes_away(extract, reports):
    """Once a report was answered, a failure is that report's own."""
    (reports / "later.txt").write_text(GOOD, encoding="utf-8")
    answered: list[str] = []

    def script(seen):
        question = seen.body["messages"][-1]["content"]
        if len(answered) >= 2:
            return failure(401, "the key has expired")
        answered.append(question)
        return completion(filled_form(question))

    with fake_server(script) as server:
        model = ["--extractor", "llm", "--ask", "form", "--base-url", server.url, "--model", "small", "--no-cache"]
        outcome = extract(reports, *model, "--concurrency", "1")
    assert outcome.code == 1
    assert [row.status for row in rows()] == ["ok", "failed"]
    assert_one_line(outcome.err, "later.txt", "refuses access (401)")


USELESS = {
    "nonsense": (
        "the weather is fine today",
        "did not fill the form",
        "the model's reply does not fit: JSON: Invalid JSON",
    ),
    "nothing": ("", "the model's reply is empty", "the model's reply is empty"),
    "for-ever": ("增长5.8%\n" * 40, "repeats the same line over and over", "repeats the same line over and over"),
    "no-completion": (None, "is not a chat completion", "is not a chat completion"),
}


@pytest.mark.parametrize("ask", ["form", "link"])
@pytest.mark.parametrize("kind", USELESS)
def test_a_model_that_is_of_no_use(extract, reports, kind, ask):
    """Nonsense, nothing, the same line for ever: a row for that report, exit code 1, and the others go on."""
    (reports / "cursed.txt").write_text(GOOD.replace("86.4", "66.6"), encoding="utf-8")
    text, *words = USELESS[kind]

    def script(seen):
        if "66.6" in json.dumps(seen.body):
            return Step('{"busy": true}') if text is None else completion(text)
        return good_model(seen)

    with fake_server(script) as server:
        model = ["--extractor", "llm", "--ask", ask, "--base-url", server.url, "--model", "small"]
        outcome = extract(reports, *model)
    assert outcome.code == 1
    assert_one_line(outcome.err, "cursed.txt", words[ask == "link"])
    cursed, good = rows()
    assert (cursed.doc_id, cursed.status, good.status) == ("cursed", "failed", "ok")
    assert cursed.usage.requests > 0
    assert good.fields["gdp"].text == "86.4亿元"


def test_digest_that_does_not_match(baogao, monkeypatch):
    """A model file that is not the publisher's is one line and exit code 2, and is not kept."""
    hub = Hub()
    hub.content = hub.content[:-1] + b"x"
    monkeypatch.setitem(embedded.MODELS, MODEL.name, MODEL)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.http.server_port}")
    outcome = baogao("model", "pull", MODEL.name, "--source", "hub")
    hub.http.shutdown()
    hub.http.server_close()
    assert outcome.code == 2
    assert_one_line(outcome.err, "error:", "not the publisher's", hashlib.sha256(hub.content).hexdigest())


def test_no_room_for_the_model(baogao, monkeypatch):
    """A disk that is too full is one line that says how much is needed and what to do."""
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    outcome = baogao("model", "pull")
    assert outcome.code == 2
    assert_one_line(outcome.err, "error:", "MB are free", "BAOGAO_MODELS_DIR")


def test_budget(extract, reports):
    """Reports past the budget are rows with words; those before it are kept."""
    (reports / "later.txt").write_text(GOOD, encoding="utf-8")
    with fake_server(
        lambda seen: completion(filled_form(seen.body["messages"][-1]["content"]), prompt_tokens=900)
    ) as s:
        model = ["--extractor", "llm", "--ask", "form", "--base-url", s.url, "--model", "small", "--no-cache"]
        outcome = extract(reports, *model, "--budget-tokens", "2000", "--concurrency", "1")
    assert outcome.code == 1
    assert [row.status for row in rows()] == ["ok", "failed"]
    assert_one_line(outcome.err, "later.txt", "the budget of 2000 tokens does not reach")


def test_a_bug_is_a_row(extract, reports, monkeypatch, caplog):
    """What nobody foresaw in one report is its row, with the trace in the log, and the others go on."""
    (reports / "odd.txt").write_text(GOOD.replace("86.4", "66.6"), encoding="utf-8")

    def build(document, *others):
        if "66.6" in document.text:
            raise ZeroDivisionError("division by zero")
        return build_contexts(document, *others)

    monkeypatch.setattr("baogao.rules.extractor.build_contexts", build)
    outcome = extract(reports)
    assert outcome.code == 1
    assert [row.status for row in rows()] == ["ok", "failed"]
    assert_one_line(outcome.err, "odd.txt", "an error inside baogao", "ZeroDivisionError: division by zero")
    assert "Traceback" in caplog.text


def test_nothing_is_obeyed(extract, baogao, reports):
    """Brackets in a name are no markup, and control characters of a report do not reach the terminal."""
    (reports / "[red]x[bold].txt").write_bytes(b"")
    (reports / "bell\x1b[31m.txt").write_bytes(b"")
    outcome = extract(reports)
    assert outcome.code == 1
    assert_one_line(outcome.err, "[red]x[bold].txt", "it is empty")
    assert_one_line(outcome.err, r"bell\x1b[31m.txt", "it is empty")
    assert "\x1b" not in outcome.err + outcome.out
    assert_one_line(baogao("extract", "[red]missing.txt", "--out", "out").err, "error:", "[red]missing.txt")


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_candidates_obey_nothing(baogao, tmp_path, flags):
    """Escape codes inside a candidate are spelt out."""
    path = tmp_path / "r.txt"
    lines = [
        "全年培训人员1\x1b[31m2人，没有\x9b发生事故。",
        "一是仓容\x1b[5m不足，二是人员\x9b老化。",
        "其余平稳。" * 200,
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    outcome = baogao("candidates", path, *flags)
    assert outcome.code == 0
    assert not {"\x1b", "\x9b"} & set(outcome.out)
    assert len(re.findall(r"\\(?:x9b|x1b|u009b|u001b)", outcome.out)) >= 2


def test_candidates_of_a_file_that_cannot_be_read(baogao, tmp_path):
    """One line with the file's name, exit code 2."""
    (tmp_path / "empty.txt").write_bytes(b"")
    outcome = baogao("candidates", "empty.txt")
    assert outcome.code == 2
    assert_one_line(outcome.err, "error: empty.txt: it is empty")


def test_abilities_are_probed_once(extract, reports):
    """The probing of a server is not charged to a report, and is remembered for the next run."""
    probed = []

    def script(seen):
        probed.extend([seen] if abilities(seen) else [])
        return good_model(seen)

    with fake_server(script) as server:
        model = ["--extractor", "llm", "--base-url", server.url, "--model", "small", "--no-cache"]
        assert extract(reports, *model).code == 0
        assert rows()[0].usage.requests == 1
        first = len(probed)
        assert extract(reports, *model).code == 0
    assert first > 0
    assert len(probed) == first
