"""What an extractor was not asked: by its way of asking, by its rules, and by what others' records name."""

from typing import get_args

import pytest

from baogao.choices import Way
from baogao.evaluation.asked import ASKS, not_asked
from baogao.evaluation.run_info import ExtractorInfo
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.evaluation.submissions import Submission
from baogao.hybrid.calibration import Asked
from baogao.schema.load import shipped_schema
from baogao.schema.values import Answer
from evaluation.run_fixtures import make_every_dataset, make_run, perfect_records

NOTHING = Submission("x", "there")


@pytest.fixture(scope="module")
def work():
    """A schema with lists, rows, words and metadata, and rules for some of them."""
    return shipped_schema("government_work_report")


def kinds(schema, names):
    """The kinds of some fields."""
    return {schema.by_id[name].kind for name in names}


def test_every_way_is_known():
    """A new way of asking must say what it asks."""
    assert set(ASKS) == set(get_args(Way))


def test_what_a_model_was_not_asked(work):
    """Forms know no lists, tags nothing but figures; one call for a report asks everything."""
    found = {way: not_asked(ExtractorInfo(name="llm", way=way), [NOTHING], work) for way in ("form", "tag", "link")}
    assert kinds(work, found["form"]) == {"items", "rows"}
    assert kinds(work, found["tag"]) == {"text", "items", "rows", "choice", "date", "quote"}
    assert found["link"] == []


def test_rules_and_the_models_beside_them(work):
    """Rules know no rows; in hybrid whoever asks is enough, further models too."""
    tag = ExtractorInfo(name="hybrid", way="tag")
    assert kinds(work, not_asked(ExtractorInfo(name="rules"), [NOTHING], work)) == {"rows"}
    assert kinds(work, not_asked(tag, [NOTHING], work)) == {"rows"}
    assert not_asked(tag.model_copy(update={"escalate_to": Asked(way="link", model="m")}), [NOTHING], work) == []


def test_what_is_answered_was_asked(work):
    """Whatever a way is thought to ask: an answer shows it; a silent field, an empty list and no value do not."""
    tag = ExtractorInfo(name="llm", way="tag")
    level = next(spec.id for spec in work.metadata)
    said = Submission("x", "there", metadata={level: "county"}, lists={"problems": []})
    assert set(not_asked(tag, [NOTHING], work)) - set(not_asked(tag, [said], work)) == {level}


def test_where_nothing_is_known_everything_counts(small):
    """A run that did not keep its way of asking, and rules that are no more: no silence is excused."""
    assert not_asked(ExtractorInfo(name="llm"), [NOTHING], small) == []
    assert not_asked(ExtractorInfo(name="rules"), [NOTHING], small) == []


def test_records_of_others(work):
    """What no record names was not asked of them; a field that is left out is silence."""
    theirs = ExtractorInfo(name="theirs", origin="records")
    assert kinds(work, not_asked(theirs, [NOTHING], work)) == {"text", "items", "rows"}
    silent = Submission("x", "there", fields={"gdp": Answer(status="not_reported")}, lists={"problems": []})
    assert "problems" not in not_asked(theirs, [NOTHING, silent], work)


def test_the_summary_says_it(every_kind, tmp_path):
    """Rates stay as they were counted, and the names stand beside them."""
    folder = make_every_dataset(tmp_path, every_kind)
    records = perfect_records(folder, every_kind)
    for record in records:
        del record["rows"], record["lists"]
    run = make_run(tmp_path / "run", folder, every_kind, llm=records)
    info = run.info()
    told = [one.model_copy(update={"origin": "records"}) for one in info.extractors]
    run.write(info.model_copy(update={"extractors": told}))
    summary = score_run(run, load_datasets([folder], every_kind), every_kind)
    assert summary.extractors["llm"].not_asked == ["problems", "berths"]
    assert summary.extractors["llm"].lists["problems"].f1 == 0
    assert Run(run.path).read_json("summary.json")["extractors"]["llm"]["not_asked"] == ["problems", "berths"]
