"""Files that are only data run nothing: the cache, cassettes, prompts, rules, records, gold."""

from __future__ import annotations

import json
import pickle
import sqlite3
from pathlib import Path

import pytest
import yaml

from baogao.cli.evaluate import score_command
from baogao.errors import BaogaoError, GoldError, PromptError, ReplayError, SchemaError, UsageError
from baogao.evaluation.cassettes import Persister
from baogao.evaluation.gold import parse_gold
from baogao.evaluation.predict import replay_run
from baogao.evaluation.runs import Run
from baogao.evaluation.submissions import read_submissions
from baogao.llm import ReplyCache, load_prompts
from baogao.llm.cache import cache_stats
from baogao.llm.messages import Reply
from baogao.outputs.export import records_to_frame
from baogao.outputs.records import read_records, schema_of
from baogao.rules.rulebook import load_rulebook
from baogao.schema.load import load_schema, shipped_schema
from cli.conftest import COMMUNIQUE

REPLY = Reply("5", "stop", 1, 1)
MODE_PICKLE = 4


class Trap:
    """Leaves a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> object:
        return Path.touch, (self.mark,)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A file that is there when code has run."""
    return tmp_path / "code-has-run"


def planted(tmp_path: Path, statement: str, *values: object) -> ReplyCache:
    """A cache of one reply, changed by somebody else."""
    cache = ReplyCache(tmp_path / "cache")
    cache.put("key", REPLY)
    cache.close()
    with sqlite3.connect(tmp_path / "cache" / "cache.db") as database:
        database.execute(statement, values)
    return ReplyCache(tmp_path / "cache")


def test_a_pickle_in_the_cache_is_not_loaded(tmp_path, trap):
    """An entry that is marked as pickled is damage, said and done without; nothing in it runs."""
    cache = planted(tmp_path, "UPDATE Cache SET mode = ?, value = ?", MODE_PICKLE, pickle.dumps(Trap(trap)))
    assert cache.get("key") is None
    assert cache.damage is not None
    assert not trap.exists()
    pickle.loads(pickle.dumps(Trap(trap)))
    assert trap.exists(), "the trap itself must work"


def test_a_pickle_in_a_file_of_the_cache_is_not_loaded(tmp_path, trap):
    """The same for an entry whose value is in a file."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "x.val").write_bytes(pickle.dumps(Trap(trap)))
    cache = planted(tmp_path, "UPDATE Cache SET mode = ?, value = NULL, filename = 'x.val'", MODE_PICKLE)
    assert cache.get("key") is None
    assert not trap.exists()


def test_a_pickled_key_in_the_cache_is_not_loaded(tmp_path, trap):
    """Keys are never unpickled, not by counting and not by going through them."""
    cache = planted(tmp_path, "UPDATE Cache SET raw = 0, key = ?", pickle.dumps(Trap(trap)))
    assert cache.get("key") is None
    with pytest.raises(ValueError, match="pickled"):
        list(cache._store)
    cache.close()
    assert cache_stats(tmp_path / "cache").replies == 1
    assert not trap.exists()


@pytest.mark.parametrize("name", ["../precious.txt", "/precious.txt"])
def test_an_entry_of_the_cache_reaches_no_file_outside(tmp_path, name):
    """A file that an entry names is neither read nor removed where it is not the cache's own."""
    precious = tmp_path / "precious.txt"
    precious.write_text("{}", encoding="utf-8")
    filename = name.replace("/precious", str(precious.with_suffix(""))) if name.startswith("/") else name
    cache = planted(tmp_path, "UPDATE Cache SET mode = 2, value = NULL, filename = ?", filename)
    cache.put("key", REPLY)
    cache.close()
    assert precious.exists()
    again = planted(tmp_path, "UPDATE Cache SET mode = 2, value = NULL, filename = ?", filename)
    assert again.get("key") is None
    assert precious.exists()


@pytest.mark.parametrize(
    "attack",
    [
        "!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{trap}]]",
        "!!python/object/new:os.system ['touch {trap}']",
        "!!python/name:os.system",
        "!!python/module:os",
    ],
)
def test_a_tag_in_a_yaml_file_runs_nothing(tmp_path, trap, attack):
    """Cassettes, rules and the front matter of prompts are loaded as plain data."""
    text = attack.format(trap=trap)
    path = tmp_path / "a.yaml"
    path.write_text(f"shared: {{}}\nexchanges:\n- request: {text}\n", encoding="utf-8")
    with pytest.raises(ReplayError):
        Persister.load_cassette(str(path), None)
    schema = tmp_path / "communique.py"
    schema.write_bytes(COMMUNIQUE.read_bytes())
    (tmp_path / "communique.rules.yaml").write_text(f"gdp: {text}\n", encoding="utf-8")
    with pytest.raises(BaogaoError):
        load_rulebook(None, load_schema(schema))
    (tmp_path / "p.jinja").write_text(f"---\nname: a\nversion: {text}\n---\n<<user>>\nx\n", encoding="utf-8")
    with pytest.raises(PromptError):
        load_prompts(tmp_path)
    assert not trap.exists()
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(text)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ meta.__class__ }}",
        "{{ cycler.__init__.__globals__.os.system('touch x') }}",
        "{{ self.__init__.__globals__ }}",
        "{% set _ = meta.update({'a': 1}) %}",
        "{% for n in range(10 ** 9) %}x{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
    ],
)
def test_a_prompt_cannot_leave_its_template(tmp_path, attack):
    """Templates run in a sandbox: no attributes of Python, no files, no endless loops."""
    (tmp_path / "p.jinja").write_text(f"---\nname: a\nversion: 1\n---\n<<user>>\n[{attack}]\n", encoding="utf-8")
    with pytest.raises(PromptError):
        load_prompts(tmp_path)["a"].render()


HOSTILE_JSON = [
    "[" * 100_000,
    '{"a":' * 100_000,
    "1" * 5000,
    '{"doc_id": ' + "1" * 5000 + "}",
    '{"doc_id": "\\ud800", "status": "ok"}',
    "NaN",
    "null",
    "[]",
    "\x00",
]


def test_half_a_character_in_a_record(tmp_path, extract, reports):
    """A text that no file can hold is refused when it is read, not when the table is written."""
    assert extract(reports).code == 0
    line = Path("out/records.jsonl").read_text(encoding="utf-8")
    for half in ("\\ud800", "\ud800"):
        damaged = line.replace("good.txt", f"{half}.txt", 1).encode("utf-8", "surrogatepass")
        Path("out/records.jsonl").write_bytes(damaged)
        with pytest.raises(UsageError, match=r"records\.jsonl, line 1"):
            read_records(Path("out"))


@pytest.mark.parametrize("text", HOSTILE_JSON, ids=lambda text: text[:12])
def test_hostile_json_is_an_error_in_words(tmp_path, text):
    """However deep, long or odd, a damaged record or gold file is one line that names the file."""
    path = tmp_path / "a.gold.json"
    path.write_text(text, encoding="utf-8")
    for load, error in ((read_records, UsageError), (parse_gold, GoldError), (read_submissions, GoldError)):
        with pytest.raises(error, match=r"a\.gold\.json") as caught:
            load(path)
        assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "value", ['"1e999999999"', '"1e-999999999"', '"Infinity"', '"NaN"', "1e999", '"' + "9" * 90 + '"']
)
def test_a_number_that_would_fill_the_memory(tmp_path, value):
    """A few characters that stand for a thousand million digits are refused when they are read."""
    path = tmp_path / "a.json"
    field = f'{{"status": "reported", "value": {value}, "bound": "exact", "evidence": []}}'
    path.write_text(f'{{"doc_id": "a", "status": "ok", "fields": {{"gdp": {field}}}}}', encoding="utf-8")
    with pytest.raises(GoldError, match="value"):
        read_submissions(path)
    gold = json.loads('{"doc_id": "a", "schema": "s", "text_file": "a", "sha256": "", "characters": 1}')
    text = json.dumps(gold)[:-1] + f', "fields": {{"gdp": {field}}}}}'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GoldError, match="value"):
        parse_gold(path)


@pytest.mark.parametrize("written", ["{path}.py", "{path}", "../{up}", "../{up}.py", "./evil.py", "evil"])
def test_the_name_of_a_schema_in_a_file_runs_nothing(tmp_path, monkeypatch, trap, written):
    """Records and runs name a schema; a path in place of the name leads to no file, with ``.py`` at its end or not."""
    evil = tmp_path / "evil.py"
    evil.write_text(f"import pathlib\npathlib.Path({str(trap)!r}).touch()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    name = written.format(path=evil.with_suffix(""), up="../" * 20 + str(evil.with_suffix("")).lstrip("/"))
    made_by = {"baogao": "0", "extractor": "rules", "schema_digest": ""}
    line = {"doc_id": "a", "source": "a", "sha256": "", "schema": name, "status": "ok", "made_by": made_by}
    (tmp_path / "records.jsonl").write_text(json.dumps(line), encoding="utf-8")
    info = {
        "baogao": "0",
        "python": "3",
        "made": "",
        "mode": "live",
        "datasets": [],
        "extractors": [],
        "parameters": {},
    }
    schema = {"name": name, "digest": "", "fields": []}
    (tmp_path / "run.json").write_text(json.dumps(info | {"schema": schema}), encoding="utf-8")
    (tmp_path / "summary.json").touch()
    records = read_records(tmp_path)
    for attack in (
        lambda: records_to_frame(records),
        lambda: schema_of(records),
        lambda: score_command(tmp_path),
        lambda: replay_run(Run(tmp_path), tmp_path / "again", tmp_path),
        lambda: shipped_schema(name),
    ):
        with pytest.raises(SchemaError, match="evil"):
            attack()
    if not name.endswith(".py"):  # what a user says may be a path, but a name is no way to one
        with pytest.raises(SchemaError, match="no schema named"):
            load_schema(name)
    assert not trap.exists()
    with pytest.raises(SchemaError):
        load_schema(evil)
    assert trap.exists(), "the trap itself must work"
