"""Gold of which a part was looked at: the rest has no verdict, agrees with nobody and teaches nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from baogao.authoring.suggest import Suggester
from baogao.document import read_document
from baogao.errors import GoldError
from baogao.evaluation.agreement import agree
from baogao.evaluation.calibrating import judge_cases
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.datasets import check_dataset, load_dataset, load_gold
from baogao.evaluation.gold import Dataset, parse_gold
from baogao.evaluation.report.build import build_report
from baogao.evaluation.runs import load_datasets
from baogao.evaluation.scoring import score_dataset, score_document
from baogao.evaluation.submissions import read_submissions
from baogao.evaluation.summary import summarise
from baogao.extraction import Extraction, ReportText
from baogao.hybrid.case import Case
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import load_schema
from evaluation.run_fixtures import make_dataset, make_run, perfect_record, perfect_records, write_records
from short_reports import COMMUNIQUE

UNSEEN = ["title", "buses", "problems"]


def hide(path: Path, *names: str) -> None:
    """Say in a gold file that nobody looked at some fields; what it says of them stays, as a proposal."""
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "not_looked_at": list(names)}, ensure_ascii=False))


@pytest.fixture
def partial(dataset_dir: Path, small) -> Dataset:
    """Two reports, of the first of which a part was looked at."""
    hide(dataset_dir / "dev" / "one.gold.json", *UNSEEN)
    return load_dataset(dataset_dir, small)


def test_a_proposal_is_never_taken_for_gold(dataset_dir: Path, partial: Dataset) -> None:
    """Loaded, the gold says nothing of what nobody looked at; the file keeps what it says."""
    gold = partial.items[0].gold
    assert not set(UNSEEN) & (gold.fields.keys() | gold.metadata.keys() | gold.lists.keys())
    assert "passengers" in gold.fields
    assert not gold.knows("buses")
    assert partial.not_looked_at == 3
    file = parse_gold(dataset_dir / "dev" / "one.gold.json")
    assert file.field("buses").value == 1234
    assert '"not_looked_at": ["title", "buses", "problems"]' in file.to_json()


def test_gold_that_is_whole_is_the_same_to_the_byte(dataset_dir: Path) -> None:
    """A file without the key has none when it is written again."""
    path = dataset_dir / "test" / "two.gold.json"
    assert parse_gold(path).to_json() == path.read_text()


def test_there_is_no_verdict_on_it(partial: Dataset, tmp_path: Path, small) -> None:
    """Whatever an extractor says of it, it is in no denominator; the same report as a whole is."""
    records = [perfect_record(item.gold) for item in partial.items]
    records[0]["fields"]["buses"] = {"status": "reported", "value": 1, "bound": "exact", "evidence": [[0, 1]]}
    records[0]["metadata"]["title"] = {"value": "别的"}
    records[0]["lists"]["problems"] = [{"text": "…", "evidence": [[0, 1]]}]
    scores = score_dataset(partial, read_submissions(write_records(tmp_path / "r.jsonl", *records)), small)
    first, second = scores.documents
    assert [score.field for score in first.fields] == ["passengers", "punctuality", "drills", "accidents"]
    assert len(second.fields) == 5
    assert (scores.tally.correct, scores.tally.f1, scores.metadata_accuracy) == (9, 1.0, 1.0)
    assert first.lists == ()
    assert sum(score_document(partial.items[0].gold, None, small).tally.verdicts.values()) == 4


def test_every_report_has_its_row_in_the_counts(tmp_path: Path, small) -> None:
    """A field that was looked at in some reports only is drawn with all of them; what is left out is said."""
    folder = make_dataset(tmp_path, small)
    good = perfect_records(folder, small)
    hide(folder / "dev" / "town0.gold.json", "buses", "drills")
    for path in folder.rglob("*.gold.json"):
        if path.parent.name == "test":
            hide(path, "drills", "problems")
    hide(folder / "dev" / "town1.gold.json", "drills", "problems")
    run = make_run(tmp_path / "run", folder, small, rules=good, hybrid=good)
    report = build_report(run)
    assert "drills" not in run.summary().extractors["rules"].fields
    assert run.summary().extractors["rules"].fields["buses"].stated == 7
    assert run.info().datasets[0].not_looked_at == 16
    assert [row.id for row in report.fields] == ["buses", "passengers", "punctuality", "accidents"]
    # title, issuer, buses, passengers, punctuality, drills, accidents, problems
    assert report.grid.data["cells"][0] == ["caxccxcc"] + ["cacccxcx"] * 7
    assert report.grid.verdicts["x"] == "not looked at by an annotator"
    assert report.notices == [
        "In set, 16 fields of its reports were not looked at by an annotator: "
        "they have no verdict and are in no figure of this report."
    ]


def test_reports_of_which_nothing_was_looked_at_prove_nothing(tmp_path: Path, small) -> None:
    """They are not among the reports, their records are passed over, and the report says how many they are."""
    folder = make_dataset(tmp_path, small)
    good = perfect_records(folder, small)
    paths = sorted(folder.rglob("*.gold.json"))
    everything = [spec.id for spec in small.specs]
    for path in paths[1:]:
        hide(path, *everything)
    run = make_run(tmp_path / "run", folder, small, rules=good)
    assert run.summary().datasets[0].documents == 1
    report = build_report(run)
    others = len(paths) - 1
    assert report.notices == [f"In set, {others} reports are left out: nobody has looked at anything in them."]
    assert report.verdict.startswith("On 1 ")
    hide(paths[0], *everything)
    with pytest.raises(GoldError, match="set is no gold yet: nobody has looked at anything in it"):
        load_datasets([folder], small)


def test_whole_gold_says_nothing_of_it(dataset: Dataset, small, tmp_path: Path) -> None:
    """A summary of whole gold has no such key."""
    submissions = read_submissions(write_records(tmp_path / "r.jsonl"))
    summary = summarise([dataset], {"rules": score_dataset(dataset, submissions, small)})
    assert "not_looked_at" not in summary.to_json()


def test_checking_passes_over_it(dataset_dir: Path, small) -> None:
    """A proposal that does not read as it says is no error; a name that the schema does not have is one."""
    path = dataset_dir / "dev" / "one.gold.json"
    data = json.loads(path.read_text())
    data["fields"]["buses"]["value"] = 9
    del data["metadata"]["title"]
    path.write_text(json.dumps(data, ensure_ascii=False))
    assert {one.level for one in check_dataset(dataset_dir, small).findings} == {"error", "warning"}
    hide(path, "buses", "title")
    check = check_dataset(dataset_dir, small)
    assert (check.findings, check.not_looked_at) == ([], 2)
    assert load_gold(path, small).field("buses").status == "not_reported"
    hide(path, "trams")
    assert any("'trams'" in str(one) or "trams" in one.place for one in check_dataset(dataset_dir, small).findings)


def test_agreement_is_over_what_both_looked_at(dataset_dir: Path, tmp_path: Path, small) -> None:
    """What one of two has not looked at is no pair and no disagreement; without any common field there is none."""
    other = shutil.copytree(dataset_dir, tmp_path / "other")
    hide(other / "dev" / "one.gold.json", "buses")
    hide(other / "test" / "two.gold.json", "buses", "accidents")
    result = agree(load_dataset(dataset_dir, small), load_dataset(other, small), small)
    assert {one.field: one.pairs for one in result.fields} == {
        "passengers": 2, "punctuality": 2, "drills": 2, "accidents": 1,
    }  # fmt: skip
    assert (result.overall.pairs, result.disagreements) == (7, [])
    for path in other.rglob("*.gold.json"):
        hide(path, *(spec.id for spec in small.specs))
    with pytest.raises(GoldError, match="no field that both looked at"):
        agree(load_dataset(dataset_dir, small), load_dataset(other, small), small)


def test_no_pattern_is_found_or_judged_where_nobody_looked(tmp_path: Path) -> None:
    """`rules suggest` takes no figure of such a report for one that does not answer the field."""
    schema = load_schema(COMMUNIQUE)
    build_dataset(sorted(COMMUNIQUE.parent.glob("*.marked.txt")), tmp_path / "gold", schema)
    spec, path = schema.by_id["residents"], min((tmp_path / "gold").glob("*.gold.json"))
    whole = Suggester(load_dataset(tmp_path / "gold", schema), schema).suggest(spec)
    hide(path, "residents")
    suggester = Suggester(load_dataset(tmp_path / "gold", schema), schema)
    part = suggester.suggest(spec)
    assert sum(part.baseline.verdicts.values()) == sum(whole.baseline.verdicts.values()) - 1
    unseen = next(read for read in suggester._reads if read.gold.doc_id == path.name.removesuffix(".gold.json"))
    assert list(suggester._figures(unseen, spec)) == []
    assert list(suggester._figures(unseen, schema.by_id["gdp"]))


def test_a_calibration_learns_nothing_of_it(tmp_path: Path) -> None:
    """Proposals for a field that nobody looked at are neither right nor wrong, and its text is not counted."""
    schema = load_schema(COMMUNIQUE)
    build_dataset(sorted(COMMUNIQUE.parent.glob("*.marked.txt"))[:1], tmp_path / "gold", schema)
    rules = RulesExtractor(load_rulebook(None, schema))
    (item,) = load_datasets([tmp_path / "gold"], schema)[0].items
    report = ReportText.from_document(read_document(item.text_path, item.gold.doc_id))
    links, ranked = rules.link(report)
    case = Case(report, schema, ranked, links.fields, {}, read={"rules": links, "model": Extraction()})
    hide(item.gold_path, "gdp", "title")
    (judged,) = judge_cases({item.gold.doc_id: case}, load_datasets([tmp_path / "gold"], schema))
    rights = dict(zip((one.field for one in judged.example.proposals), judged.example.right, strict=True))
    assert rights["gdp"] is None
    assert True in rights.values()
    assert "gdp" not in judged.example.stated
    assert judged.texts["rules"].of_metadata == len(schema.metadata) - 1
