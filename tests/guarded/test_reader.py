"""Reading within limits: what comes back is what would have been read here, and what takes too much is a row."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path

import docx
import pytest

from baogao.errors import DocumentError, ReadingLimitError, UsageError
from baogao.guarded import GuardedReader, Reading, ReadingLimits, warm_up
from baogao.guarded import reader as parent
from baogao.guarded.reading import portable
from baogao.inputs import Source
from baogao.pipeline import Nowhere, run_extraction
from baogao.reading import provenance
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from tasks_apart import Marked

EXAMPLES = sorted((Path(__file__).parents[2] / "eval" / "datasets" / "examples").glob("*.txt"))
SMALL = ReadingLimits(memory_mb=150, seconds=20)
_PATIENCE = 30.0
"""Seconds for what takes one or two; what these tests guard against takes a minute and more."""


def nested_forms(levels: int = 24, each: int = 10, shows: bytes = b"BT /T 9 Tf 9 9 Td (report 12) Tj ET") -> bytes:
    """A PDF of a few kilobytes whose page shows a form that shows another ten times, and so on.

    :param shows: what the innermost form shows.
    """
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</F 6 0 R>>>>>>",
        b"<</Length 5>>stream\n/F Do\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for level in range(levels):
        inner = b"/F Do\n" * each if level < levels - 1 else shows
        refers = f"/XObject<</F {7 + level} 0 R>>" if level < levels - 1 else "/Font<</T 5 0 R>>"
        head = f"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<{refers}>>/Length {len(inner)}>>stream\n"
        objects.append(head.encode() + inner + b"\nendstream")
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    xref = "".join(f"{place:010} 00000 n \n" for place in places)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{xref}"
    return bytes(out) + f"{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode()


def written(folder: Path, name: str, content: bytes) -> Source:
    """A file, as a source."""
    (folder / name).write_bytes(content)
    return Source(Path(name).stem, folder / name)


def process_of(reader: GuardedReader) -> int:
    """The process that reads for a reader."""
    assert reader._process is not None
    return reader._process._running.pid


@pytest.fixture
def small():
    """A reader that may take little."""
    with closing(GuardedReader(SMALL)) as reader:
        yield reader


def test_what_comes_back_is_equal():
    """Document and candidates are those that this process reads itself."""
    with closing(GuardedReader()) as reader:
        for path in EXAMPLES:
            source = Source(path.stem, path)
            reading = reader.read(source)
            assert reading.error is None
            assert reading == Reading.of(source)


def test_what_cannot_be_read_says_the_same(tmp_path, small):
    """An error of a reader comes back as it was raised."""
    source = written(tmp_path, "empty.txt", b"")
    error = small.read(source).error
    assert type(error) is DocumentError
    assert str(error) == str(Reading.of(source).error)
    with pytest.raises(DocumentError, match="it is empty"):
        small.read(source).found()


def test_one_process_reads_many_files():
    """It is kept from file to file, and from one reader to the next."""
    found = set()
    for _ in range(2):
        with closing(GuardedReader(SMALL)) as reader:
            for path in EXAMPLES:
                assert reader.read(Source("r", path)).error is None
                found.add(process_of(reader))
    assert len(found) == 1


def test_a_process_with_other_limits_is_not_taken():
    """What was told to hold to some limits is not asked to hold to others."""
    with closing(GuardedReader(SMALL)) as reader:
        reader.read(Source("r", EXAMPLES[0]))
        first = process_of(reader)
    with closing(GuardedReader(ReadingLimits(151, 20))) as reader:
        assert reader.read(Source("r", EXAMPLES[0])).error is None
        assert process_of(reader) != first


def test_forms_in_forms_end_their_reader_and_nothing_else(tmp_path, small):
    """A PDF of 4 KB that unfolds to more than a machine has is a row; the next file gets a new process."""
    source = written(tmp_path, "forms.pdf", nested_forms())
    assert source.path.stat().st_size < 8_000
    error = small.read(source).error
    assert isinstance(error, ReadingLimitError)
    assert "150 MB of memory (BAOGAO_READING_MEMORY_MB allows more)" in str(error)
    assert not error.may_pass
    assert small.read(Source("r", EXAMPLES[0])).error is None


def test_forms_in_forms_may_be_few(tmp_path, small):
    """Forms alone are no reason to refuse a PDF."""
    reading = small.read(written(tmp_path, "forms.pdf", nested_forms(levels=3, each=1)))
    assert reading.error is None
    assert "report 12" in reading.document.text


def test_too_much_memory_for_a_text(tmp_path):
    """What Python itself cannot have is said in the same words."""
    with closing(GuardedReader(ReadingLimits(memory_mb=20, seconds=20))) as reader:
        error = reader.read(written(tmp_path, "big.txt", "报告。".encode() * 3_000_000)).error
        assert isinstance(error, ReadingLimitError)
        assert "20 MB of memory" in str(error)


def test_too_much_time(tmp_path):
    """A file that takes too long is given up, and says so; the next one is read."""
    with closing(GuardedReader(ReadingLimits(memory_mb=4000, seconds=1))) as reader:
        reader.read(Source("r", EXAMPLES[0]))
        started = time.monotonic()
        error = reader.read(written(tmp_path, "slow.pdf", nested_forms(shows=b"q Q"))).error
        assert time.monotonic() - started < _PATIENCE
        assert isinstance(error, ReadingLimitError)
        assert "takes more than 1 seconds" in str(error)
        assert reader.read(Source("r", EXAMPLES[0])).error is None


@pytest.mark.parametrize(("number", "kind"), [(signal.SIGSEGV, ReadingLimitError), (signal.SIGKILL, DocumentError)])
def test_a_process_that_dies(tmp_path, small, number, kind):
    """A fault in a library is the file's own; a kill from outside may pass. Neither ends the run."""
    small.read(Source("r", EXAMPLES[0]))
    for sent in (signal.SIGSTOP, number, signal.SIGCONT):
        os.kill(process_of(small), sent)
    error = small.read(Source("r", EXAMPLES[0])).error
    assert type(error) is kind
    assert small.read(Source("r", EXAMPLES[0])).error is None


def test_closing_ends_what_is_being_read(tmp_path):
    """Whoever ends a run does not wait for its file."""
    reader = GuardedReader(ReadingLimits(memory_mb=4000, seconds=60))
    reader.read(Source("r", EXAMPLES[0]))
    pid = process_of(reader)
    os.kill(pid, signal.SIGSTOP)
    reading = threading.Thread(target=reader.read, args=(Source("r", EXAMPLES[0]),))
    reading.start()
    time.sleep(0.1)
    reader.close()
    reading.join(_PATIENCE)
    assert not reading.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "9" * 40])
def test_limits_that_are_none(monkeypatch, value):
    """A limit that cannot be used is an error in words."""
    monkeypatch.setenv("BAOGAO_READING_SECONDS", value)
    with pytest.raises(UsageError, match="BAOGAO_READING_SECONDS must be a whole number above 0"):
        warm_up()


def test_limits_of_the_environment(monkeypatch):
    """Both can be chosen, each for itself."""
    monkeypatch.setenv("BAOGAO_READING_MEMORY_MB", "512")
    assert ReadingLimits.chosen() == ReadingLimits(memory_mb=512, seconds=ReadingLimits().seconds)


def test_no_key_is_told_to_whoever_opens_files(monkeypatch):
    """The process gets the environment without what may be a secret."""
    for name in ("OPENAI_API_KEY", "SSH_AUTH_SOCK", "SESSION_COOKIE", "DB_PASSWD", "AWS_CREDENTIALS"):
        monkeypatch.setenv(name, "sk-secret")
    assert "sk-secret" not in parent._environment().values()
    monkeypatch.setenv("PWD", str(Path.cwd()))
    for name in ("PATH", "PWD"):
        assert parent._environment()[name] == os.environ[name]


class _OddError(Exception):
    """A bug whose exception cannot be made again from what it says."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


@pytest.mark.parametrize(
    ("error", "kind"), [(ZeroDivisionError("oh"), ZeroDivisionError), (_OddError(1, 2), RuntimeError)]
)
def test_a_bug_says_where_it_is(error, kind):
    """What nobody foresaw crosses to the run with the trace of the place it happened at."""
    sent = portable(Reading(error=error)).error
    assert type(sent) is kind
    assert str(error) in str(sent)
    assert type(error).__name__ in sent.__notes__[0]


def test_one_hostile_file_among_many(tmp_path, flagship):
    """A hundred good reports are read beside one that would fill the memory; it alone fails, and is not tried again."""
    sources = [Source(f"r{number}", EXAMPLES[0]) for number in range(100)]
    sources.insert(50, written(tmp_path, "forms.pdf", nested_forms()))
    extractor = RulesExtractor(load_rulebook(None, flagship))
    again: list[bool] = []

    class Watching(Nowhere):
        def add(self, record, text=None, *, again_=again, again=False):
            if record.status == "failed":
                again_.append(again)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAOGAO_READING_MEMORY_MB", "300")
        work = run_extraction(sources, extractor, provenance(flagship, "rules"), Watching())
        records = asyncio.run(work)
    failed = [record for record in records if record.status == "failed"]
    assert [record.doc_id for record in failed] == ["forms"]
    assert "300 MB of memory" in failed[0].error
    assert again == [False]


def test_the_largest_word_file_is_read(tmp_path):
    """The memory that is allowed by default is enough for a file that just keeps to all other limits: of both a third.

    What does not grow with the file has to find room, too.
    """
    fonts = '<w:rFonts w:ascii="仿宋" w:eastAsia="仿宋" w:hAnsi="仿宋" w:hint="eastAsia"/>'
    run = f'<w:r w:rsidR="00A77B3E"><w:rPr>{fonts}<w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr><w:t>%s</w:t></w:r>'
    paragraph = f"<w:p>{''.join(run % char for char in '全年检查12次，发现问题9个。')}</w:p>"
    packed, buffer = io.BytesIO(), io.BytesIO()
    docx.Document().save(packed)
    with zipfile.ZipFile(packed) as empty, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as full:
        for name in empty.namelist():
            content = empty.read(name)
            if name == "word/document.xml":
                before, body, after = content.decode().partition("<w:body>")
                content = f"{before}{body}{paragraph * (9_800_000 // len(paragraph.encode()))}{after}".encode()
                assert 9_700_000 < len(content) < 10_000_000
            full.writestr(name, content)
    with closing(GuardedReader(ReadingLimits(memory_mb=ReadingLimits().memory_mb // 3))) as reader:
        document, candidates = reader.read(written(tmp_path, "large.docx", buffer.getvalue())).found()
    assert len(candidates.of_kind("number")) == 2 * document.text.count("检查")


def test_ctrl_c_while_a_file_is_read(tmp_path):
    """Ctrl-C ends the command at once, whatever its reader is busy with, and leaves no process behind."""
    written(tmp_path, "forms.pdf", nested_forms(shows=b"q Q"))
    command = [sys.executable, "-m", "baogao", "extract", "forms.pdf", "--extractor", "rules", "--out", "out"]
    environment = os.environ | {
        "BAOGAO_READING_MEMORY_MB": "4000",
        "PYTHONPATH": str(Path(parent.__file__).parents[2]),
    }
    running = subprocess.Popen(
        command, cwd=tmp_path, env=environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + _PATIENCE
    while not (tmp_path / "out" / ".baogao.lock").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1.0)
    started = time.monotonic()
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=_PATIENCE)
    assert running.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert time.monotonic() - started < _PATIENCE
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def done_by(reader: GuardedReader, folder: Path, name: str, task: Marked) -> Reading:
    """What comes of a short report with a task."""
    return reader.read(written(folder, f"{name}.txt", "全年生产总值86.4亿元。".encode()), task)


def test_a_task_is_done_where_the_file_is_read(tmp_path, small):
    """What comes back is the record and the text, and nothing that was only needed on the way."""
    reading = done_by(small, tmp_path, "r", Marked())
    assert reading.done.record.error == f"made by {process_of(small)} of 2 candidates"
    assert reading.done.text == "全年生产总值86.4亿元。"
    assert (reading.document, reading.candidates, reading.error) == (None, None, None)
    assert small.read(Source("r", EXAMPLES[0])).done is None


@pytest.mark.parametrize(("name", "begins"), [("fails", True), ("r", False)])
def test_a_task_that_comes_to_nothing(tmp_path, small, name, begins):
    """The file was read all the same, and its error is not the file's."""
    reading = done_by(small, tmp_path, name, Marked(begins))
    assert (reading.done, reading.error) == (None, None)
    assert len(reading.candidates) == 2
    assert done_by(small, tmp_path, "s", Marked()).done is not None


@pytest.mark.parametrize("name", ["dies", "waits"])
def test_a_task_that_comes_to_no_end(tmp_path, name):
    """The file is read once more without it, as if there had been none; the next process is told of the task anew."""
    with closing(GuardedReader(ReadingLimits(memory_mb=4000, seconds=1))) as reader:
        started = time.monotonic()
        reading = done_by(reader, tmp_path, name, Marked())
        assert time.monotonic() - started < _PATIENCE
        assert reading == Reading.of(Source(name, tmp_path / f"{name}.txt"))
        assert done_by(reader, tmp_path, "r", Marked()).done is not None


def test_a_file_that_takes_too_much_time_is_not_read_again_for_its_task(tmp_path, monkeypatch):
    """What is too much for reading is said at once."""
    with closing(GuardedReader(ReadingLimits(memory_mb=4000, seconds=1))) as reader:
        reader.read(Source("r", EXAMPLES[0]))
        orders = []
        sending = parent._Process._send
        monkeypatch.setattr(parent._Process, "_send", lambda own, value: [orders.append(value), sending(own, value)])
        source = written(tmp_path, "slow.pdf", nested_forms(shows=b"q Q"))
        assert "takes more than 1 seconds" in str(reader.read(source, Marked()).error)
        assert [order.source for order in orders if order.source] == [source]


def test_a_file_s_error_is_no_task(tmp_path, small):
    """What cannot be read is said as without a task."""
    reading = small.read(written(tmp_path, "empty.txt", b""), Marked())
    assert type(reading.error) is DocumentError
    assert reading.done is None
