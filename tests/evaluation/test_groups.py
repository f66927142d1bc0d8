"""Groups of reports: read from beside the gold, told in the summary, never part of what is judged."""

import json
from pathlib import Path

import pytest

from baogao.errors import GoldError
from baogao.evaluation.datasets import check_dataset, load_dataset
from baogao.evaluation.gold import Gold, GoldDoc
from baogao.evaluation.groups import groups_of, read_groups
from baogao.schema.load import shipped_schema
from evaluation.run_fixtures import make_dataset, make_run, perfect_records


@pytest.fixture
def folder(tmp_path, small):
    """Eight reports of two authors and one of a third; groups stand above the splits."""
    made = make_dataset(tmp_path, small)
    authors = {f"town{number}": {"author": "north" if number < 6 else "south"} for number in range(7)}
    (made / "groups.json").write_text(json.dumps(authors | {"town7": {"author": "west", "term": "first"}}))
    return made


def test_groups_are_read_above_a_split_too(folder):
    """A part that is loaded alone finds the file of the whole; a nearer file says more, and wins."""
    assert read_groups(folder / "test")["town7"] == {"author": "west", "term": "first"}
    (folder / "test" / "groups.json").write_text('{"town7": {"author": "east"}}')
    assert read_groups(folder)["town7"] == {"author": "east", "term": "first"}


def test_groups_are_no_gold(folder, small):
    """The digest of a data set does not know them."""
    before = load_dataset(folder, small)
    assert before.items[0].groups == {"author": "north"}
    (folder / "groups.json").unlink()
    after = load_dataset(folder, small)
    assert (before.digest, after.items[0].groups) == (after.digest, {})


def test_the_summary_tells_each_group(folder, small, tmp_path):
    """Rates for each author, with the number of reports; an interval only where there are enough."""
    records = perfect_records(folder, small)
    del records[6]["fields"]["buses"]
    for record in records:
        record["read"] = {"format": "pdf"} if record["doc_id"] == "town0" else ["of", "another", "shape"]
    run = make_run(tmp_path / "run", folder, small, rules=records)
    groups = run.summary().extractors["rules"].groups
    assert {kind: {name: one.documents for name, one in found.items()} for kind, found in groups.items()} == {
        "author": {"north": 6, "south": 1, "west": 1},
        "term": {"first": 1},
        "format": {"pdf": 1},
    }
    assert (groups["author"]["north"].f1, groups["author"]["south"].recall) == (1.0, 0.8)
    assert groups["author"]["south"].f1_ci is None


def test_level_and_year_come_from_gold():
    """By the roles of a schema; what gold does not say is in no group, and what the data set says wins."""
    schema = shipped_schema("law_based_government")
    head = {"doc_id": "x", "schema": "s", "text_file": "x.txt", "sha256": "", "characters": 0}

    def item(groups=None, **metadata):
        return GoldDoc(Gold(**head, metadata=metadata), Path(), Path(), groups=groups or {})

    county = {"level": "county", "period_start": "2022-01"}
    assert groups_of(item(**county), schema, "word") == {"level": "county", "year": "2022", "format": "word"}
    assert groups_of(item({"level": "banner"}, **county), schema, None) == {"level": "banner", "year": "2022"}
    assert groups_of(item(level=None), schema, None) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [("[]", "the file"), ('{"town0": "north"}', "town0"), ('{"town0": {"author": 3}}', "town0.author"), ("{", "JSON")],
)
def test_a_bad_file_is_said(folder, small, text, said):
    """Loading refuses it, and names file and key; ``gold check`` says it and goes on."""
    (folder / "groups.json").write_text(text)
    with pytest.raises(GoldError, match=rf"groups\.json: .*{said}"):
        load_dataset(folder, small)
    assert [one.level for one in check_dataset(folder, small).findings] == ["error"]


def test_a_report_that_is_not_there_is_doubtful(folder, small):
    """An id of no gold is a warning; beside a part of a data set it is the other part's."""
    (folder / "groups.json").write_text('{"tonw0": {"author": "north"}}')
    (finding,) = check_dataset(folder, small).findings
    assert (finding.level, "no gold" in str(finding)) == ("warning", True)
    assert check_dataset(folder / "test", small).findings == []
