"""Why a candidate answers a field, or none."""

from __future__ import annotations

import json

import pytest

from baogao.authoring.why import Explainer
from baogao.candidates.candidate import FIGURES
from baogao.document import document_from_text
from baogao.extraction import ReportText
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook


@pytest.fixture(scope="module")
def reasons(skeleton, report):
    """Every candidate's reasons, by its text."""
    explainer = Explainer(report, skeleton, load_rulebook(None, skeleton))
    return {one.candidate.text: one for one in explainer.all()}


def test_what_it_says_is_what_the_rules_do(skeleton, report, reasons):
    """Each figure, list and piece of words that the rules answer is said to be answered by just these candidates."""
    extraction, ranked = RulesExtractor(load_rulebook(None, skeleton)).link(report)
    links = {(name, one) for name, link in extraction.fields.items() for one in link.candidates}
    links |= {(name, one) for name, ids in extraction.lists.items() for one in ids}
    said = {(name, one.candidate.id) for one in reasons.values() for name in one.answers}
    assert links | {("published_on", 1)} == said
    scores = {(name, one.candidate_id): one.score for name, found in ranked.items() for one in found}
    for one in reasons.values():
        for rule in one.rules:
            assert (rule.field, one.candidate.id) not in scores or rule.score == scores[rule.field, one.candidate.id]
            assert bool(rule.excluded) == (rule.field not in one.answers)


@pytest.mark.parametrize(
    ("figure", "field", "words"),
    [
        ("17件", "cases_received", "exclude: 投诉"),
        ("300元", "fees_reduced", "common exclude average"),
        ("95%", "closing_rate_target", "it lacks the cue target"),
        ("95%", "cases_closed", "its unit is %, the rules take 件, 宗"),
        ("96%至98%", "closing_rate", "it is a range, the field takes number; cue target excludes it"),
    ],
)
def test_what_excludes_a_figure(reasons, figure, field, words):
    """A clause's words, a common exclude, a cue that is missing or too much, the unit, the form in which it stands."""
    (found,) = [one for one in reasons[figure].rules if one.field == field]
    assert found.excluded == words


def explained(text, skeleton, rules):
    """The reasons of every figure of a short text under other rules, in order."""
    path = skeleton.path.with_name("other.rules.yaml")
    path.write_text(rules, encoding="utf-8")
    report = ReportText.from_document(document_from_text(text, "short"), skeleton.sought)
    found = Explainer(report, skeleton, load_rulebook(path, skeleton)).all()
    return [one for one in found if one.candidate.kind not in ("item", "date")]


def test_topics_and_other_figures(skeleton):
    """A topic that is not near, one that must not be, and the surer candidate are told."""
    rules = (
        "topics: {a: [甲], b: [乙]}\nfields:\n"
        "  cases_received: {units: [件], topic: a, match: ['收到~№']}\n"
        "  cases_closed: {units: [件], topic: any, match: [{match: '办了~№', not_topic: b}]}\n"
    )
    text = "甲方面收到12件。\n\n甲方面共计收到了大量的各种各样的13件。\n\n乙方面办了14件。\n"
    first, second, third = explained(text, skeleton, rules)
    assert first.answers == ("cases_received",)
    assert second.rules[0].excluded.startswith(f"candidate {first.candidate.id} answers it (0.8")
    assert third.rules[0].excluded == "topic b is near"
    (far,) = explained("收到12件。\n", skeleton, rules)
    assert far.rules[0].excluded == "topic a is not near"


def test_forms(reasons):
    """What a figure brings onto a form is told apart from what fits less well and from what it may not answer."""
    fits = {one.field: one for one in reasons["95%"].fits}
    assert (reasons["95%"].form, fits["closing_rate"].brought) == (1, True)
    assert fits["closing_rate_target"].barred == "it lacks the cue target"
    assert not fits["received_growth"].brought
    assert not fits["received_growth"].barred


def test_a_small_model_is_asked_about_every_figure_of_the_skeleton(reasons):
    """What the rules answer of the report, a form asks about as well."""
    answered = [(name, one) for one in reasons.values() if one.candidate.kind in FIGURES for name in one.answers]
    assert len(answered) == 6
    for name, one in answered:
        assert name in {fit.field for fit in one.fits if fit.brought}


def test_one_field_alone(reasons):
    """Candidates that have nothing to do with a field are left out, of the others the field stays alone."""
    kept = reasons["95%"].of_field("closing_rate")
    assert {one.field for one in (*kept.rules, *kept.fits)} == {"closing_rate"}
    assert reasons["2024年1月15日"].of_field("closing_rate") is None


def test_without_rules(skeleton, report):
    """A schema without rules has forms all the same."""
    reasons = {one.candidate.text: one for one in Explainer(report, skeleton, None).all()}
    assert (reasons["95%"].unread, reasons["95%"].form) == ("the schema has no rules", 1)
    assert json.loads(json.dumps(reasons["95%"].to_json()))["fits"][0]["field"] == "closing_rate"
