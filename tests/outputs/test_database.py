"""Records as a database."""

from __future__ import annotations

import sqlite3

import pytest

from baogao.outputs.export import write_export
from baogao.outputs.exported import Exported
from baogao.outputs.flat_files import Layout


@pytest.fixture(scope="module")
def made(plain, queued, failed, reviewed, schema, texts, tmp_path_factory):
    """A database of four reports, with Chinese views."""
    path = tmp_path_factory.mktemp("database") / "out.db"
    records = [plain, queued, failed, reviewed]
    write_export(Exported(records, schema, texts | {"reviewed": texts[plain.doc_id]}), path, Layout("zh"))
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    return database


def test_tables_refer_to_each_other(made):
    """Every row is of a report and of a field that are there."""
    made.execute("PRAGMA foreign_keys = ON")
    assert made.execute("PRAGMA foreign_key_check").fetchall() == []
    tables = {row["name"] for row in made.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables >= {"reports", "figures", "lists", "checks", "held_back", "made_with", "fields"}
    assert [row["to"] for row in made.execute("PRAGMA foreign_key_list(figures)")] == ["field", "doc_id"]


def test_what_is_in_it(made):
    """Figures that are stated, with their sentences; what is held back apart; failures with their errors."""
    row = made.execute("SELECT * FROM figures WHERE doc_id = 'reviewed' AND field = 'case_files_reviewed'").fetchone()
    assert (row["value"], row["bound"], row["unit"], row["by"]) == (7, "about", "卷", "person")
    assert (row["reviewed"], row["reviewer"]) == ("correct", "李云")
    assert "约135卷" in row["sentence"]
    (held,) = made.execute("SELECT * FROM held_back")
    assert (held["doc_id"], held["value"], held["reason"]) == ("queued", 2600, "less sure than 0.50")
    assert not made.execute("SELECT * FROM figures WHERE status = 'not_reported'").fetchall()
    broken = made.execute("SELECT status, error FROM reports WHERE doc_id = 'broken'").fetchone()
    assert tuple(broken) == ("failed", "the file is empty")
    assert made.execute("SELECT count(*) FROM checks WHERE holds = 0").fetchone()[0] == 2
    assert [row["words"] for row in made.execute("SELECT words FROM lists WHERE doc_id = 'qinghe-2023'")] == [
        "力量不足",
        "质量不高",
    ]
    assert made.execute("SELECT extractor FROM made_with").fetchone()[0] == "hybrid"


def test_views(made):
    """One row a report, by ids and by labels; and the long one for people."""
    row = made.execute("SELECT * FROM wide WHERE doc_id = 'qinghe-2023'").fetchone()
    assert (row["entities_inspected"], row["reconsideration_accepted"], row["exam_passed"]) == (2600, 0, None)
    chinese = made.execute('SELECT * FROM "数据" WHERE doc_id = ?', ["qinghe-2023"]).fetchone()
    assert chinese["执法案卷评查数（卷）"] == 135
    assert made.execute("SELECT count(*) FROM wide").fetchone()[0] == 4
    told = made.execute('SELECT "所在句", "状态" FROM "依据" WHERE "指标" = ?', ["抽查市场主体数"]).fetchone()
    assert told[0]
    assert told[1] == "有数据"  # in the table itself: reported


def test_sentences_can_be_searched(made):
    """By any three characters."""
    found = made.execute("SELECT rowid FROM figures_search WHERE figures_search MATCH '抽查主体'").fetchall()
    assert found


def test_rows_and_silence(water, water_schema, tmp_path):
    """A list of rows is a table of its own; silent fields have rows where they are wanted."""
    write_export(Exported([water], water_schema), tmp_path / "out.db", Layout(silent=True))
    database = sqlite3.connect(tmp_path / "out.db")
    cost = database.execute("SELECT row, name, cost, cost_upper, opened_status FROM rows_works ORDER BY row").fetchall()
    assert cost == [(1, "新水厂", 8600, None, "reported"), (2, "北岭泵站", 3000, 3500, "not_reported")]
    assert database.execute("SELECT count(*) FROM figures").fetchone()[0] == len(water_schema.fields)
    write_export(Exported([water], water_schema), tmp_path / "out.db", Layout())
    assert sqlite3.connect(tmp_path / "out.db").execute("SELECT count(*) FROM reports").fetchone()[0] == 1
