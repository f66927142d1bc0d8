"""The summary: the same bytes for the same content, parts that agree with each other, misfits named."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.evaluation.run_info import ExtractorInfo, Parameters, RunInfo
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.evaluation.scoring import Scores, score_dataset
from baogao.evaluation.submissions import read_submissions
from baogao.evaluation.summary import ExtractorSummary, PairSummary, PartSummary, Rates, Summary, summarise, to_json
from baogao.evaluation.tally import Hits, Tally
from evaluation.run_fixtures import make_dataset, make_run, perfect_records

PUBLISHED = sorted((Path(__file__).parents[2] / "eval" / "runs").glob("*/summary.json"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture
def folder(tmp_path, small):
    """A data set of eight reports."""
    return make_dataset(tmp_path, small)


@pytest.fixture
def two(tmp_path, folder, small) -> Run:
    """A run of a perfect extractor and a worse one over ``dev`` and ``test`` as data sets of their own."""
    good = perfect_records(folder, small)
    worse = copy.deepcopy(good)
    for record in worse[:5]:
        del record["fields"]["buses"]
    worse[7] = {"doc_id": worse[7]["doc_id"], "status": "failed", "error": "no"}
    run, folders = Run(tmp_path / "two"), [folder / "dev", folder / "test"]
    datasets = load_datasets(folders, small)
    infos = [ExtractorInfo(name="zeal"), ExtractorInfo(name="able")]
    run.write(RunInfo.of(small, dict(zip(folders, datasets, strict=True)), infos, "live", Parameters()))
    for name, records in (("zeal", worse), ("able", good)):
        run.write_text(f"records/{name}.jsonl", "".join(f"{json.dumps(one)}\n" for one in records))
    score_run(run, datasets, small)
    return run


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
def test_a_published_summary_comes_out_as_it_is(path):
    """Read and written again, a committed summary.json is the same to the byte."""
    assert Run(path.parent).summary().to_json() == path.read_text(encoding="utf-8")


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_json_is_stable(data):
    """What is read back and written again is the same bytes; floats that are equal to six places are, too."""
    text = to_json(data)
    assert to_json(json.loads(text)) == text
    assert to_json(dict(reversed(data.items()))) == text
    assert "-0.0" not in to_json({"a": -1e-12})


def test_the_file_says_what_the_program_was_told(two, folder, small):
    """The summary that scoring returns and the one that is read back differ by rounding only."""
    datasets = load_datasets([folder / "dev", folder / "test"], small)
    returned = score_run(two, datasets, small)
    assert returned.to_json() == two.summary().to_json()
    assert list(returned.extractors) == ["zeal", "able"]


def test_parts_of_an_extractor(two):
    """All reports, a split and a data set are told apart; together the data sets are all reports."""
    zeal = two.summary().extractors["zeal"]
    assert zeal.part("all") is zeal
    assert (zeal.documents, zeal.failed) == (8, 1)
    parts = [zeal.by_dataset[name] for name in ("dev", "test")]
    assert [part.documents for part in parts] == [2, 6]
    assert [part.failed for part in parts] == [0, 1]
    for verdict, count in zeal.verdicts.items():
        assert sum(part.verdicts[verdict] for part in parts) == count
        assert sum(one.model_dump()[verdict] for one in zeal.fields.values()) == count
    with pytest.raises(KeyError):
        zeal.part("nowhere")


def test_a_data_set_alone_has_no_parts_by_data_set(tmp_path, folder, small):
    """The key is left out of the file where it would repeat everything."""
    run = make_run(tmp_path / "run", folder, small, rules=perfect_records(folder, small))
    assert "by_dataset" not in run.read_json("summary.json")["extractors"]["rules"]
    assert run.summary().extractors["rules"].by_dataset == {}


def test_parts_of_a_comparison(two):
    """The later extractor comes first; by data set nothing is compared."""
    (pair,) = two.summary().comparisons
    assert (pair.a, pair.b) == ("able", "zeal")
    assert pair.part("all") is pair
    assert pair.difference > 0
    assert {name: part.documents for name, part in pair.splits.items()} == {
        name: part.documents for name, part in two.summary().extractors["able"].splits.items()
    }
    assert pair.part("nowhere") is None
    assert pair.fields_p["buses"] <= 1


@given(st.builds(Tally, correct=st.integers(0, 9), wrong=st.integers(0, 9), missing=st.integers(0, 9)))
def test_rates_of_counts(tally):
    """They are the tally's own, and a list's are its hits'."""
    assert Rates.of(tally) == Rates(precision=tally.precision, recall=tally.recall, f1=tally.f1)
    hits = Hits(found=tally.correct, answers=tally.correct + tally.wrong, gold=tally.correct + tally.missing)
    assert Rates.of(hits).f1 == (Rates.of(Tally(tally.correct, 0, tally.missing, tally.wrong)).f1)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data.update(note="x"), "note"),
        (lambda data: data["extractors"]["zeal"].pop("f1"), "extractors.zeal.f1"),
        (lambda data: data["extractors"]["zeal"].update(f2=1), "extractors.zeal.f2"),
        (lambda data: data["comparisons"][0].update(ci=[0.1]), "comparisons.0.ci"),
    ],
)
def test_what_does_not_fit_is_named(two, change, place):
    """A summary of another program, or one that was edited, is refused with file and key in one line."""
    data = two.read_json("summary.json")
    change(data)
    two.write_text("summary.json", to_json(data))
    with pytest.raises(UsageError) as caught:
        two.summary()
    assert str(caught.value).startswith(f"{two.path / 'summary.json'}: {place}")
    assert "\n" not in str(caught.value)


def test_the_models_have_the_keys_of_the_file(two):
    """Each part of the file has the keys of its model and no others, so that readers find what they are told."""
    data = two.read_json("summary.json")
    assert set(data) == set(Summary.model_fields)
    assert set(data["extractors"]["able"]) == set(ExtractorSummary.model_fields) - {
        "kinds",
        "rows",
        "groups",
        "not_asked",
    }
    assert set(data["extractors"]["able"]["splits"].popitem()[1]) == set(PartSummary.model_fields) - {"kinds", "rows"}
    assert set(data["comparisons"][0]) == set(PairSummary.model_fields)
    assert set(data["extractors"]["able"]["confidence"]) == {
        "answers", "bins", "ece", "coverage_at_98", "threshold_at_98",
    }  # fmt: skip


def test_a_comparison_from_the_other_side(two, folder, small):
    """Named in the other order, two extractors differ by as much with the other sign, and chance is the same."""
    (pair,) = two.summary().comparisons
    info = two.info()
    two.write(info.model_copy(update={"extractors": info.extractors[::-1]}))
    (turned,) = score_run(two, load_datasets([folder / "dev", folder / "test"], small), small).comparisons
    assert (turned.a, turned.b) == (pair.b, pair.a)
    assert turned.difference == pytest.approx(-pair.difference, abs=1e-6)
    assert turned.p == pytest.approx(pair.p, abs=1e-6)
    assert sorted(-end for end in turned.ci) == pytest.approx(sorted(pair.ci), abs=1e-6)
    assert turned.fields_p == pytest.approx(pair.fields_p, abs=1e-6)


def test_another_seed_is_another_draw(folder, small, two):
    """Intervals move a little with the seed, and rates do not; one seed gives one summary."""
    datasets = load_datasets([folder / "dev", folder / "test"], small)
    submissions = read_submissions(two.records_path("zeal"))
    scores = Scores(())
    for dataset in datasets:
        ids = {item.gold.doc_id for item in dataset.items}
        scores += score_dataset(dataset, [one for one in submissions if one.doc_id in ids], small)
    first, again, other = (summarise(datasets, {"zeal": scores}, seed) for seed in (0, 0, 1))
    assert first.to_json() == again.to_json()
    one, moved = first.extractors["zeal"], other.extractors["zeal"]
    assert (one.f1, one.recall, one.verdicts) == (moved.f1, moved.recall, moved.verdicts)
    assert one.f1_ci != moved.f1_ci
    assert one.f1_ci == pytest.approx(moved.f1_ci, abs=0.1)


def test_few_reports_have_no_interval(two):
    """Two reports say nothing of how much reports differ; eight do, and their interval holds the rate."""
    zeal = two.summary().extractors["zeal"]
    dev = zeal.by_dataset["dev"]
    assert (dev.documents, dev.f1_ci, dev.precision_ci) == (2, None, None)
    low, high = zeal.f1_ci
    assert low < zeal.f1 < high
