"""What a run says it was: old files load, misfits are named, and nothing of this machine is kept."""

from __future__ import annotations

import json
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.assemble import Ready
from baogao.errors import UsageError
from baogao.evaluation.run_info import (
    DatasetInfo,
    ExtractorInfo,
    FieldInfo,
    Parameters,
    RunInfo,
    SchemaInfo,
    code_state,
)
from baogao.evaluation.runs import Run, load_datasets
from baogao.evaluation.summary import GoldInfo
from baogao.inputs import Source
from baogao.llm.messages import Abilities
from baogao.model_options import ModelOptions, models_named
from baogao.reading import failed_record
from baogao.record import Jury, Provenance
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from evaluation.run_fixtures import make_dataset
from short_reports import COMMUNIQUE

CHECKOUT = Path(__file__).parents[2]
PUBLISHED = sorted((CHECKOUT / "eval" / "runs").glob("*/run.json"))
DIGEST = "sha256:0123456789abcdef"
OLDEST = {
    "baogao": "0.0.1",
    "python": "3.11.7",
    "made": "2026-01-01T00:00:00+00:00",
    "mode": "live",
    "schema": {"name": "s", "digest": DIGEST, "fields": []},
    "datasets": [{"name": "d", "folder": "here", "documents": 2, "digest": DIGEST}],
    "extractors": [{"name": "rules"}],
    "parameters": {},
}
"""A run.json with only the keys that every version wrote."""


def info_of(**changes: object) -> RunInfo:
    """The oldest run, with some keys more."""
    return RunInfo.of_json(OLDEST | changes, Path("run.json"))


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
def test_a_published_run_comes_out_as_it_is(path):
    """Read and written again, a committed run.json is the same to the byte."""
    assert Run(path.parent).info().to_json() == path.read_text(encoding="utf-8")


def test_an_old_run_loads():
    """Keys that came later have defaults, and are said as not known."""
    info = info_of()
    assert (info.rules, info.commit, info.dirty, info.schema_info.title) == (None, None, None, None)
    assert (info.names, info.gold_digests) == (["rules"], {"d": DIGEST})
    assert dict(info.lines()) == {
        "data set": "d: 2 reports, gold 0123456789ab",
        "rules": "no model",
        "parameters": "defaults",
        "schema": "s, 0123456789ab",
        "model replies": "live",
        "code": "baogao 0.0.1",
        "made": "2026-01-01T00:00:00+00:00, Python 3.11.7",
    }


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"colour": "red"}, "colour"),
        ({"mode": "dead"}, "mode"),
        ({"schema": {"name": "s", "digest": DIGEST}}, "schema.fields"),
        ({"extractors": [{"name": "rules", "modell": "x"}]}, "extractors.0.modell"),
        ({"parameters": {"ask": "politely"}}, "parameters.ask"),
    ],
)
def test_a_key_that_does_not_fit_is_named(tmp_path, changes, place):
    """The error is one line with the file and the key: a misspelt key is not silently left out."""
    (tmp_path / "run.json").write_text(json.dumps(OLDEST | changes), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        Run(tmp_path).info()
    assert str(caught.value).startswith(f"{tmp_path / 'run.json'}: {place}: ")
    assert "\n" not in str(caught.value)


def ready_with(schema: Schema, made_by: Provenance, **way: Any) -> Ready:
    """An extractor that can start, as far as a run keeps it."""
    return Ready(RulesExtractor(load_rulebook(None, load_schema(COMMUNIQUE))), made_by, **way)


def test_the_keys_of_a_run(tmp_path, small):
    """Every key is written, the unknown ones as null; left out is only what an extractor or a run does not have."""
    folder = make_dataset(tmp_path, small)
    made_by = Provenance(baogao="0", extractor="hybrid", model="m", prompts=DIGEST, schema_digest=DIGEST)
    calibrated = made_by.model_copy(update={"calibration": DIGEST})
    jury = Jury(leader="model", reason="why", reports=8, rules_f1=0.5, model_f1=0.9)
    record = failed_record(Source("a", Path("a")), "", small, made_by.model_copy(update={"jury": jury}))
    silent = failed_record(Source("b", Path("b")), "", small, made_by)
    infos = [
        ExtractorInfo.of("rules", ready_with(small, made_by), [silent]),
        ExtractorInfo.of("llm", ready_with(small, calibrated, way="link", way_prompts=DIGEST), []),
        ExtractorInfo.of("hybrid", ready_with(small, calibrated, way="link", way_prompts=DIGEST), [silent, record]),
    ]
    dataset = load_datasets([folder], small)[0]
    data = json.loads(RunInfo.of(small, {folder: dataset}, infos, "record", Parameters.of(ModelOptions())).to_json())
    assert list(data) == [
        "baogao", "commit", "datasets", "dirty", "extractors", "made", "mode", "packages", "parameters", "python",
        "rules", "schema",
    ]  # fmt: skip
    assert [list(one) for one in data["extractors"]] == [
        ["model", "name", "origin", "prompts"],
        ["calibration", "model", "name", "origin", "prompts", "way", "way_prompts"],
        ["calibration", "jury", "model", "name", "origin", "prompts", "way", "way_prompts"],
    ]
    assert data["extractors"][2]["jury"]["leader"] == "model"
    assert (data["extractors"][2]["way"], data["extractors"][2]["way_prompts"]) == ("link", DIGEST)
    assert data["rules"] is None  # there are none beside this schema
    assert data["datasets"] == [
        {
            "name": "set",
            "folder": str(folder),
            "documents": 8,
            "digest": dataset.digest,
            "splits": {"dev": 2, "test": 6},
        }
    ]
    assert data["packages"].keys() <= {"openai", "instructor", "pydantic", "numpy", "xllamacpp"}
    # Not in the file where they were not given.
    late = {"trust", "manner", "further", "escalate_to", "adapter", "thorough"}
    late |= {"prompt_price", "completion_price", "cached_price"}
    assert data["parameters"].keys() == {one.name for one in fields(ModelOptions)} - late


def test_a_schema_is_kept_as_a_report_prints_it(small):
    """Fields in the schema's order, with label, unit and the name of their group; the file by name only."""
    info = SchemaInfo.of(small)
    assert [one.id for one in info.fields] == [spec.id for spec in small.specs]
    assert (info.name, info.file, info.digest) == (small.name, "small_schema.py", small.digest)
    buses = next(one for one in info.fields if one.id == "buses")
    spec = next(one for one in small.specs if one.id == "buses")
    group = small.groups.get(spec.group, "")
    assert buses == FieldInfo(id="buses", kind="figure", label=spec.label, unit=spec.unit, group=group)


def test_gold_without_splits(tmp_path, small):
    """Splits that have no report are not counted as 0."""
    folder = make_dataset(tmp_path, small)
    whole, dev = (GoldInfo.of(load_datasets([path], small)[0]) for path in (folder, folder / "dev"))
    assert (whole.documents, whole.splits) == (8, {"dev": 2, "test": 6})
    assert (dev.documents, dev.splits.get("test")) == (2, None)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"name": "rules"}, "rules 0123456789ab"),
        ({"name": "hybrid", "model": "m", "prompts": DIGEST}, "model m, prompts 0123456789ab, rules 0123456789ab"),
        ({"name": "llm", "model": "sha256:m"}, "model sha256:m"),
        ({"name": "llm"}, "no model"),
        ({"name": "rules", "origin": "records", "model": "m"}, "records made elsewhere"),
    ],
)
def test_an_extractor_in_words(entry, words):
    """Model, prompts and rules as far as it has them; of records made elsewhere nothing is known."""
    assert ExtractorInfo(**entry).words(DIGEST) == words


def test_a_data_set_in_words():
    """Its splits are said where it has some."""
    info = DatasetInfo(name="d", folder="f", documents=8, digest=DIGEST, splits={"dev": 2, "test": 6})
    assert info.words() == "d: 8 reports (2 dev, 6 test), gold 0123456789ab"


@pytest.mark.parametrize(
    ("mode", "words"), [("live", "live"), ("record", "live, recorded"), ("replay", "replayed from a recording")]
)
def test_where_replies_came_from(mode, words):
    """A replay is never taken for a live run."""
    assert dict(info_of(mode=mode).lines())["model replies"] == words


@pytest.mark.parametrize(("dirty", "said"), [(True, " with changes that are not committed"), (False, ""), (None, "")])
def test_the_commit_in_words(dirty, said):
    """Twelve characters of it, and whether the code was something else."""
    lines = dict(info_of(commit="329137a455f73cbdd77f4a79", dirty=dirty).lines())
    assert lines["code"] == f"baogao 0.0.1, commit 329137a455f7{said}"


def test_parameters_are_all_options_without_paths():
    """Whoever adds an option adds it here, except for what a run finds out itself; files are kept by name only."""
    options = ModelOptions(
        gguf=Path("/home/me/m.gguf"), prompts=Path("/home/me/prompts"), calibration="/home/me/c.json"
    )
    parameters = Parameters.of(options)
    # How good the readers are, and how the model wants to be asked, is found on the run, and told to workers only.
    assert set(Parameters.model_fields) | {"trust", "manner"} == {one.name for one in fields(ModelOptions)}
    assert (parameters.gguf, parameters.prompts, parameters.calibration) == ("m.gguf", "prompts", "c.json")
    assert "/home" not in parameters.model_dump_json()
    assert Parameters.of(ModelOptions(calibration="none")).calibration == "none"


def test_several_models_are_parameters():
    """By their names; a run of one has no such keys, as published ones have none."""
    several = Parameters.of(ModelOptions(**models_named(["a", "b", "c"], "d")))
    assert several.words() == "ask auto, cache True, escalate_to d, further ['b', 'c'], model a"
    assert not {"further", "escalate_to"} & Parameters.of(ModelOptions(model="a")).model_dump().keys()


def test_parameters_in_words():
    """Only what was asked for, by name."""
    options = ModelOptions(model="m", cache=False, concurrency=2, min_confidence=0.8)
    assert Parameters.of(options).words() == "ask auto, concurrency 2, min_confidence 0.8, model m"
    none_held = Parameters.of(ModelOptions(min_confidence=0.0, cache=False, embedded=False))
    assert none_held.words() == "ask auto, min_confidence 0.0"


@given(
    st.builds(
        ModelOptions,
        base_url=st.none() | st.text(max_size=5),
        ask=st.sampled_from(["auto", "form", "link", "choice"]),
        cache=st.booleans(),
        budget_tokens=st.none() | st.integers(0, 10**9),
        min_confidence=st.none() | st.sampled_from([0.0, 0.25, 1.0]),
        abilities=st.none() | st.builds(Abilities, json_schema=st.booleans(), context_length=st.none() | st.just(4096)),
    )
)
def test_parameters_survive_the_file(options):
    """What was asked for comes back from run.json."""
    info = info_of(parameters=json.loads(Parameters.of(options).model_dump_json()))
    again = RunInfo.of_json(json.loads(info.to_json()), Path("run.json"))
    assert again.parameters == Parameters.of(options)


def test_the_data_sets_must_be_where_they_were(tmp_path, monkeypatch):
    """Folders come back as they were named; one that was moved is an error that says what to do."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no folder here, on which the run was made; name the data sets with"):
        info_of().folders()
    Path("here").mkdir()
    assert info_of().folders() == [Path("here")]


def test_the_code_of_a_checkout(tmp_path):
    """Outside of a checkout nothing is known; inside the commit is, and whether a tracked file differs from it."""
    assert code_state(tmp_path) == (None, None)

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=n", "-c", "user.email=e@x", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    assert code_state(tmp_path) == (None, False)  # no commit yet
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-m", "one")
    (tmp_path / "beside").write_text("not tracked")
    commit, dirty = code_state(tmp_path)
    assert (len(commit), dirty) == (40, False)
    (tmp_path / "a").write_text("2")
    assert code_state(tmp_path) == (commit, True)


def test_without_git_the_commit_is_unknown(tmp_path, monkeypatch):
    """A machine without git runs all the same."""
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", "")
    assert code_state(tmp_path) == (None, None)
