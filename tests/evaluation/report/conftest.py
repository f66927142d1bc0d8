"""A scored run that errs in every way a report can tell."""

import copy

import pytest

from baogao.evaluation.runs import DocumentTiming, ExtractorTiming, Run, Timing
from evaluation.run_fixtures import HOSTILE, make_dataset, make_run, perfect_records, point_at


@pytest.fixture
def run(tmp_path, small) -> Run:
    """A run of two extractors: one perfect, one that errs in several ways and says hostile things."""
    folder = make_dataset(tmp_path, small)
    good = perfect_records(folder, small)
    bad = copy.deepcopy(good)
    for record in bad[:4]:
        del record["fields"]["drills"]
    point_at(bad[0], folder, "buses", "上年为90辆", 90, confidence=0.2)
    point_at(bad[7], folder, "buses", "上年为97辆", 97, confidence=0.3)
    bad[5]["fields"]["punctuality"]["evidence"] = [[0, 2]]
    bad[6]["fields"]["passengers"]["bound"] = "about"
    bad[1]["metadata"]["title"]["value"] = HOSTILE
    bad[4] = {"doc_id": bad[4]["doc_id"], "status": "failed", "error": HOSTILE}
    run = make_run(tmp_path / "run", folder, small, rules=bad, hybrid=good)
    documents = {record["doc_id"]: DocumentTiming(seconds=2.0) for record in good}
    tokens = {"requests": 16, "prompt_tokens": 8000, "completion_tokens": 800}
    timing = ExtractorTiming(seconds=16.0, **tokens, documents=documents)
    run.write(Timing(mode="live", extractors={"hybrid": timing}))
    return run
