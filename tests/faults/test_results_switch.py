"""The end of a run, killed at every step and on a disk that is full at any byte: old results or new ones, never both.

Each attempt is a child of one process that has loaded everything, so that a real ``os._exit`` costs some milliseconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import baogao

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="attempts are forked")

SCRIPT = r"""
import json, os, resource, shutil, signal, sys
from pathlib import Path
from baogao.errors import UsageError
from baogao.outputs.records import current, iterate_review, kept_text, read_records
from baogao.inputs import Source
from baogao.outputs.decisions import Decision, ReviewsFile
from baogao.outputs.earlier import Claim
from baogao.outputs.run_folder import RunFolder
from baogao.record import Provenance, Record, Review
from baogao.schema import load_schema

how, base = sys.argv[1], Path(sys.argv[2])
schema = load_schema(sys.argv[3])
made_by = Provenance(baogao="0", extractor="rules", schema_digest=schema.digest)
os.sync = os.fsync = lambda *_: None  # forced to the disk or not, a killed process leaves the same

def record(doc_id, word):
    made = Record(doc_id=doc_id, source=doc_id, sha256="0", schema_name=schema.name, status="ok", notices=[word],
                  made_by=made_by)
    review = Review(doc_id=doc_id, source=doc_id, field="gdp", label="", kind="figure", reason=word, wrong=0.5,
                    priority=0.5, given=False, proposals=[])
    return made.with_review([review] if word == queued or queued == "both" else [])

def begin(out, word, ids):
    claim = Claim([Source(doc_id, Path(doc_id)) for doc_id in ids], "overwrite") if queued == "said" else None
    folder = RunFolder(out, ids, {"word": word}, schema, claim).__enter__()
    for doc_id in ids:
        if doc_id not in folder._done:
            folder.add(record(doc_id, word), word * 200 + doc_id)
    return folder

def end(folder):
    folder.__exit__(None, None, None)

def state(out):
    '''What readers are told: the words of all results, which documents there are, and which are in the queue.'''
    records = read_records(out)
    texts = {one.doc_id: kept_text(one.doc_id, out / "texts") for one in records}
    words = {one.notices[0] for one in records} | {text[:3] for text in texts.values()}
    page = current(out / "index.html").read_text(encoding="utf-8")
    words |= {word for word in ("old", "new") if f'"{word}"' in page}
    review = list(iterate_review(out))
    words |= {one.reason for one in review}
    names = sorted(path.stem for path in current(out / "texts").iterdir())
    return sorted(words), names, [one.doc_id for one in review]

def said(out):
    '''What people said of a run, wherever it is by now.'''
    return [one.who for place in (out, *out.glob("before-*")) for one in ReviewsFile(place).on("a").saved]

def whole(word, ids):
    return [word], ids, ids if queued in (word, "both") else []

AWAY = {"before-1", "made_with.json", ".reviews.lock"}
step = 0
armed = False
def hook(event, args):
    global step
    if not armed or event not in WATCHED:
        return
    step += 1
    if step == at:
        if how == "kill":
            os._exit(9)
        raise OSError(28, "No space left on device", str(args[0]))

WATCHED = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"}
sys.addaudithook(hook)

def attempt(out):
    global armed
    folder = begin(out, "new", NEW[1])
    if how == "bytes":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (at, at))
    armed = how != "bytes"
    try:
        end(folder)
    except UsageError as error:
        os._exit(2 if str(error).startswith(("cannot write ", "cannot read ", "cannot remove ")) else 1)
    os._exit(0)

seen = {}
for queued in sys.argv[5:]:
    OLD, NEW = whole("old", ["a", "b", "gone"]), whole("new", ["a", "b", "c"])
    first = base / queued
    end(begin(first, "old", OLD[1]))
    if queued == "said":
        ReviewsFile(first).add([Decision(who="one", doc_id="a", text_sha256="0", key="gdp", act="absent")])
    begin(first, "new", NEW[1])._journal.close()  # killed when all was finished, and nothing written
    assert state(first) == OLD
    for at in map(int, sys.argv[4].split(",")):
        out = base / f"{queued}-{at}"
        shutil.copytree(first, out)
        child = os.fork()
        if not child:
            attempt(out)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found = state(out)
        assert found in (OLD, NEW), (queued, at, found)
        assert queued != "said" or set(said(out)) == {"one"}, at
        if code == 0:
            assert found == NEW
        end(begin(out, "new", NEW[1]))
        assert state(out) == NEW, (queued, at)
        left = sorted(path.name for path in out.iterdir() if path.name not in AWAY)
        queue = ["review.jsonl"] if queued in ("new", "both") else []
        names = [".baogao.lock", "index.html", "matrix.html", "records.jsonl", *queue, "schema.json", "texts"]
        if queued == "said":
            assert said(out) == ["one"], at
            assert state(out / "before-1") == OLD, at
            assert AWAY <= {path.name for path in out.iterdir()}, at
        assert left == names, (queued, at, left)
        seen.setdefault(queued, []).append([code, found == NEW])
print(json.dumps(seen))
"""
COMMUNIQUE = Path(__file__).parents[1] / "fixtures" / "communique" / "communique.py"


def attempts(how: str, base: Path, points: range, *queued: str) -> dict[str, list[tuple[int, bool]]]:
    """What became of runs that met trouble at each of some points: the exit code, and whether new results count.

    :param queued: which run has a queue: ``old``, ``new`` or ``both``; each is tried. ``said``: neither, and
        the new one replaces one that people have looked at.
    """
    where = ",".join(map(str, points))
    command = [sys.executable, "-c", SCRIPT, how, str(base), str(COMMUNIQUE), where, *queued]
    own = os.environ | {"PYTHONPATH": str(Path(baogao.__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
    assert done.returncode == 0, done.stderr
    return {one: [tuple(attempt) for attempt in seen] for one, seen in json.loads(done.stdout).items()}


@pytest.mark.parametrize(("how", "code"), [("kill", 9), ("full", 2)])
def test_trouble_at_every_step(tmp_path, how, code):
    """Killed at, or refused, any call that opens, makes, moves or removes a file: old or new, and the next run ends.

    So where a run that people had looked at is replaced: what they said is always there, at last once, kept aside.
    """
    all_seen = attempts(how, tmp_path, range(1, 86), "both")
    # Where only one of the runs has a queue, and where people have looked, steps are taken in turns.
    all_seen |= attempts(how, tmp_path, range(1 if how == "kill" else 2, 87, 3), "old", "new")
    all_seen |= attempts(how, tmp_path, range(2 if how == "kill" else 1, 141, 4), "said")
    assert list(all_seen) == ["both", "old", "new", "said"]
    for queued, seen in all_seen.items():
        assert {number for number, _ in seen} == {0, code}, queued
        assert {new for _, new in seen} == {False, True}, queued
        assert seen.count((code, False)) >= 5, f"{queued}: trouble before the results were whole"
        assert seen.count((code, True)) >= 5, f"{queued}: trouble as they were put in place"
        assert seen[-1] == (0, True), f"{queued}: more steps than were tried"


def test_a_disk_that_is_full_at_any_byte(tmp_path):
    """No file can grow beyond so many bytes: old results and one line, or the new ones."""
    seen = attempts("bytes", tmp_path, range(0, 210_000, 14_000), "both")["both"]
    assert {(2, False), (0, True)} == set(seen)
