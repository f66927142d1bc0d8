"""Features: what speaks for and against a proposal, without the name of any field."""

from dataclasses import replace
from math import isfinite, log1p

import pytest

from baogao.asking.passages import Shortlist
from baogao.extraction import Link
from baogao.hybrid.features import FEATURES, GROUPS, Scene
from baogao.hybrid.proposals import Proposer
from baogao.reading import read_answer
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


def test_words_are_evidence(case_of, communique):
    """A figure among the field's words fits it, and fits it best; one among words of another fits it less, or not."""
    report, case = case_of(GDP, communique, {"gdp": "80亿元", "grain_output": "21.03万人"})
    own = features_of(case, "gdp", report.of("86.4亿元"))
    assert own["fit_of_field"] == own["fit_of_candidate"] == 1
    assert own["fit"] > 0
    other = features_of(case, "grain_output", report.of("21.03万人"))
    assert other["fit"] < features_of(case, "residents", report.of("21.03万人"))["fit"]
    assert other["fit_of_candidate"] < 1


def test_rivals_are_counted(case_of, communique):
    """Other values of the field's candidates, and other fields of the candidate."""
    title = "海坨市2022年经济社会发展统计公报\n\n"
    text = f"{title}全年地区生产总值86.4亿元。初步核算，地区生产总值88亿元。年末常住人口21.03万人。\n"
    report, case = case_of(text, communique)
    assert features_of(case, "gdp", report.of("86.4亿元"))["competitors"] == pytest.approx(log1p(1))
    alone = features_of(case, "residents", report.of("21.03万人"))
    assert (alone["competitors"], alone["answerable"]) == (0, pytest.approx(log1p(1)))


def test_what_kind_of_candidate_it_is(case_of, communique):
    """Loose or exact, printed once or again, how large, and where it stands."""
    text = (
        "海坨市2022年经济社会发展统计公报\n\n全年地区生产总值约86.4亿元。年末常住人口21.03万人。\n"
        "总的来说，全市年末常住人口21.03万人，地区生产总值稳步上升。\n"
    )
    report, case = case_of(text, communique)
    loose = features_of(case, "gdp", report.of("约86.4亿元"))
    assert (loose["loose"], loose["none"], loose["label"], loose["parts"]) == (1, 0, 0, 0)
    assert (loose["first"], loose["repeated"]) == (1, 0)
    people = [one for one in report.candidates if one.text == "21.03万人"]
    scene, spec = Scene(case, Shortlist(communique)), communique.by_id["residents"]
    first, second = (scene.features(spec, Link((one.id,), 0.8, "llm"), "model_only") for one in people)
    assert (first["first"], second["first"]) == (1, 0)
    assert first["repeated"] == second["repeated"] == pytest.approx(log1p(1))
    assert 0 < first["position"] < second["position"] < 1
    assert first["size"] == pytest.approx(log1p(210300))
    assert second["clause"] == pytest.approx(log1p(len("全市年末常住人口")))
    assert second["sentence"] > first["sentence"] * 0.5


def test_a_phrase_that_says_none(case_of, flagship):
    """Is told from a figure; a sum has more than one part."""
    text = "某县2023年法治政府建设情况报告\n\n一、工作\n全年未收到行政复议申请。开展防汛演练2场、消防演练3场。\n"
    report, case = case_of(text, flagship)
    (none,) = report.candidates.of_kind("none")
    assert features_of(case, "reconsideration_applications", none)["none"] == 1
    drills = [
        p for p in Proposer(flagship).propose(case) if p.field == "emergency_drills" and len(p.link.candidates) == 2
    ]
    assert drills[0].features["parts"] == pytest.approx(log1p(1))


@pytest.mark.parametrize("said", [{}, {"gdp": "80亿元"}, {"gdp": "21.03万人", "residents": "86.4亿元"}])
def test_features_are_finite(case_of, communique, said):
    """Whatever the model says; those that are a yes or no are 0 or 1."""
    _, case = case_of(GDP, communique, said)
    for one in Proposer(communique).propose(case):
        assert set(one.features) == set(FEATURES)
        assert all(isfinite(value) for value in one.features.values())
        yes_or_no = [
            *(name for name in FEATURES if name.startswith(("by_", "cue_", "check_", "order_"))),
            "none",
            "loose",
        ]
        assert {one.features[name] for name in yes_or_no} <= {0.0, 1.0}


def test_what_has_no_relation_has_no_arithmetic(case_of, communique):
    """A field of no relation, and no rate, is neither borne out nor contradicted."""
    report, case = case_of(GDP, communique)
    found = features_of(case, "gdp", report.of("86.4亿元"))
    assert not any(found[name] for name in GROUPS["checks"])


@pytest.mark.parametrize(
    ("said", "about", "stand"),
    [
        ({"gdp": "86.4亿元"}, "86.4亿元", "both"),
        ({}, "86.4亿元", "rules_only"),
        ({"gdp": "80亿元"}, "86.4亿元", "rules_against"),
        ({"gdp": "80亿元"}, "80亿元", "model_against"),
        ({"gdp": "86.4亿元"}, "80亿元", "neither"),
        ({"gdp": "21.03万人"}, "80亿元", "neither"),
    ],
)
def test_who_gives_an_answer(case_of, communique, said, about, stand):
    """Both, one while the other is silent or gives another, or nobody."""
    report, case = case_of(GDP, communique, said)
    spec = communique.by_id["gdp"]
    answer = read_answer(report, Link((report.of(about).id,), 0.5, "rules"), spec)
    assert Scene(case, Shortlist(communique)).stand("gdp", answer) == stand


def test_a_model_alone_answers_what_rules_do_not(case_of, communique):
    """Where rules are silent its answer is its own, and no other."""
    report, case = case_of(GDP, communique, {"grain_output": "80亿元"})
    answer = read_answer(report, case.model["grain_output"], communique.by_id["grain_output"])
    assert Scene(case, Shortlist(communique)).stand("grain_output", answer) == "model_only"


def test_several_models_support_an_answer_by_their_share(case_of, communique):
    """Two of three that say the same are two thirds of support."""
    text = "海坨市2022年经济社会发展统计公报\n\n全年地区生产总值86.4亿元。初步核算，地区生产总值88亿元。\n"
    report, case = case_of(text, communique, {"gdp": "86.4亿元"})
    ours, other = (Link((report.of(text).id,), 0.8, "llm") for text in ("86.4亿元", "88亿元"))
    case = replace(case, models={"a": {"gdp": ours}, "b": {"gdp": ours}, "c": {"gdp": other}})
    found = {one.link.candidates: one.features["model_support"] for one in Proposer(communique).propose(case)}
    assert found == {ours.candidates: pytest.approx(2 / 3), other.candidates: pytest.approx(1 / 3)}


def test_each_of_two_models_is_heard(case_of, communique):
    """Where a calibration decides: the answer that their side does not give is proposed, too, and who gives which."""
    report, case = case_of(GDP, communique, {"gdp": "86.4亿元"})
    ours, other = (Link((report.of(text).id,), sure, by="llm") for text, sure in (("86.4亿元", 0.9), ("80亿元", 0.4)))
    case = replace(case, rules={}, ranked={}, models={"a": {"gdp": ours}, "b": {"gdp": other}})
    together = Proposer(communique).propose(case)
    assert [one.link.candidates for one in together] == [ours.candidates]
    said = {one.link.candidates: one for one in Proposer(communique, each=True).propose(case)}
    assert set(said) == {ours.candidates, other.candidates}
    names = GROUPS["panel"]
    assert [said[ours.candidates].features[name] for name in names] == [1, 0.9, 0, 0]
    assert [said[other.candidates].features[name] for name in names] == [0, 0, 1, 0.4]
    assert said[other.candidates].stand == "neither"
