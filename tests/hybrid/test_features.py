"""Features: what speaks for and against a proposal, without the name of any field."""

from dataclasses import replace

import pytest

from baogao.hybrid.arbiter import Proposer
from baogao.hybrid.features import FEATURES, GROUPS
from hybrid.conftest import GDP

EXAM = (
    "某县2023年法治政府建设情况报告\n\n一、行政执法\n"
    "组织执法人员考试，参加考试{whole}人，考试合格59人，合格率86.76%。\n"
)


def features_of(case, field, candidate):
    """The features of one proposal."""
    found = [p for p in Proposer(case.schema).propose(case) if p.field == field and candidate.id in p.link.candidates]
    assert len(found) == 1
    return found[0].features


def test_every_feature_is_computed(case_of, communique):
    """Exactly those that are declared, in one group each."""
    report, case = case_of(GDP, communique)
    assert set(features_of(case, "gdp", report.of("86.4亿元"))) == set(FEATURES)
    assert len(set(FEATURES)) == len(FEATURES) == sum(map(len, GROUPS.values()))


def test_no_field_is_known_by_name(case_of, communique):
    """With every field and group renamed the features stay the same."""
    _, case = case_of(GDP, communique, {"gdp": "86.4亿元", "residents": "21.03万人"})
    before = [dict(one.features) for one in Proposer(communique).propose(case)]

    def rename(links):
        return {f"q_{name}": found for name, found in links.items()}

    schema = replace(
        communique,
        specs=tuple(replace(spec, id=f"q_{spec.id}") for spec in communique.specs),
        relations=tuple(replace(one, fields=tuple(f"q_{n}" for n in one.fields)) for one in communique.relations),
    )
    renamed = replace(
        case, schema=schema, ranked=rename(case.ranked), rules=rename(case.rules), model=rename(case.model)
    )
    assert [dict(one.features) for one in Proposer(schema).propose(renamed)] == before


def test_who_proposed_it(case_of, communique):
    """Agreement, contradiction and silence of the model differ from each other, and from not being asked."""
    report, agreeing = case_of(GDP, communique, {"gdp": "86.4亿元"})
    both = features_of(agreeing, "gdp", report.of("86.4亿元"))
    assert (both["by_rules"], both["by_model"], both["model_agrees"], both["model_confidence"]) == (1, 1, 1, 0.8)

    report, differing = case_of(GDP, communique, {"gdp": "80亿元"})
    ours, theirs = (features_of(differing, "gdp", report.of(text)) for text in ("86.4亿元", "80亿元"))
    assert (ours["model_differs"], ours["by_rules"], theirs["rules_differ"], theirs["by_rules"]) == (1, 1, 1, 0)
    assert theirs["cue_prior_year"] == 1
    assert ours["rules_margin"] > theirs["rules_margin"]

    report, silent = case_of(GDP, communique)
    assert features_of(silent, "gdp", report.of("86.4亿元"))["model_silent"] == 1
    report, settled = case_of(GDP, communique, sure=0.5)
    unasked = features_of(settled, "gdp", report.of("86.4亿元"))
    assert (unasked["model_silent"], unasked["rules_settled"]) == (0, 1)


def test_a_figure_that_answers_another_field(case_of, communique):
    """Is claimed."""
    report, case = case_of(GDP, communique, {"grain_output": "21.03万人"})
    assert features_of(case, "grain_output", report.of("21.03万人"))["claimed"] == 1
    assert features_of(case, "gdp", report.of("86.4亿元"))["claimed"] == 0


@pytest.mark.parametrize(("whole", "holds"), [("68", True), ("90", False)])
def test_arithmetic_is_evidence(case_of, flagship, whole, holds):
    """A rate that equals its counts speaks for them, one that does not against; the order of counts as well."""
    report, case = case_of(EXAM.format(whole=whole), flagship)
    found = features_of(case, "exam_candidates", report.of(f"{whole}人"))
    assert (found["check_holds"], found["check_fails"]) == (float(holds), float(not holds))
    assert found["order_holds"] == 1


def test_arithmetic_judges_the_proposal_and_not_what_stands(case_of, flagship):
    """A wrong figure breaks the sum that the right one completes, though both are judged in the same document."""
    text = EXAM.format(whole="68").replace("参加考试68人", "参加考试50人，参加考试68人")
    report, case = case_of(text, flagship, {"exam_candidates": "50人"})
    wrong, right = (features_of(case, "exam_candidates", report.of(one)) for one in ("50人", "68人"))
    assert (wrong["check_fails"], right["check_holds"]) == (1, 1)
    assert wrong["order_fails"] == 1
