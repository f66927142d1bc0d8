"""The flagship's rules, sentence by sentence, and the rules extractor's own promises."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.candidates.find import find_candidates
from baogao.document import document_from_text, read_document
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.scoring import score_dataset
from baogao.evaluation.submissions import submission_of
from baogao.extraction import ReportText
from baogao.reading import provenance, read_record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema.load import load_schema

SCHEMA = load_schema("law_based_government")
EXTRACTOR = RulesExtractor(load_rulebook(None, SCHEMA))
SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))
REPORTS = Path(__file__).parents[3] / "shared" / "reports"
FRAME = "青川县2023年法治政府建设工作报告\n\n一、工作情况\n{}\n"


def read(text):
    """Candidates and extraction of a whole report."""
    document = document_from_text(text)
    candidates = find_candidates(document)
    return candidates, EXTRACTOR.link(ReportText(document, candidates))[0]


def values(sentence):
    """What the rules read from one sentence inside a report: field to value."""
    candidates, extraction = read(FRAME.format(sentence))
    return {name: sum(candidates[one].value for one in link.candidates) for name, link in extraction.fields.items()}


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: case["text"][:16])
def test_a_sentence_fills_its_fields_and_no_others(case):
    """Word order, ellipsis, coordination, lending and exclusion, as reports put them."""
    assert values(case["text"]) == {name: Decimal(str(value)) for name, value in case["fields"].items()}


def test_several_figures_compete_and_the_answer_is_less_sure():
    """A rival value close behind lowers the confidence below that of a lone figure."""
    _, alone = read(FRAME.format("发放宣传资料3000份。"))
    _, rivals = read(FRAME.format("发放宣传资料3000份。发放宣传手册5000册。"))
    assert rivals.fields["publicity_materials"].confidence < alone.fields["publicity_materials"].confidence


def test_the_ranking_names_every_rival_best_first():
    """``rank`` gives all candidates of a field with scores in falling order."""
    document = document_from_text(FRAME.format("发放宣传资料3000份。发放宣传手册5000册。"))
    ranked = EXTRACTOR.link(ReportText.from_document(document))[1]["publicity_materials"]
    assert {one.candidate.text for one in ranked} == {"3000份", "5000册"}
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_one_figure_serves_one_field():
    """Two fields share a candidate only where a pattern says so."""
    _, extraction = read(FRAME.format("收到行政复议申请37件，受理36件，审结34件。"))
    linked = [one for link in extraction.fields.values() for one in link.candidates]
    assert len(linked) == len(set(linked)) == 3


def test_parts_of_an_additive_field_are_all_evidence():
    """Drills printed one by one are linked together; a printed total stands alone."""
    _, parts = read(FRAME.format("开展防汛演练2场、消防演练3场。"))
    _, total = read(FRAME.format("全年共开展应急演练40场，其中防汛演练2场、消防演练3场。"))
    assert len(parts.fields["emergency_drills"].candidates) == 2
    assert len(total.fields["emergency_drills"].candidates) == 1


def test_figures_of_the_plans_answer_nothing():
    """What next year shall bring is no figure of this year, even without a word like 力争."""
    text = FRAME.format("全年评查案卷120卷。") + "二、下一步工作安排\n一是评查案卷200卷。\n二是发放宣传资料3万份。\n"
    _, extraction = read(text)
    assert set(extraction.fields) == {"case_files_reviewed"}


def test_extract_is_link_in_an_event_loop():
    """The asynchronous door gives what the synchronous one gives."""
    document = document_from_text(FRAME.format("全年评查案卷120卷。"))
    candidates = find_candidates(document)
    extraction = asyncio.run(EXTRACTOR.extract(ReportText(document, candidates)))
    assert extraction == EXTRACTOR.link(ReportText(document, candidates))[0]


def test_an_empty_document_has_no_answers():
    """Nothing in, nothing out."""
    _, extraction = read("")
    assert (extraction.fields, extraction.metadata) == ({}, {})


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.sampled_from("复议申请收到受理审结3７件%，。；、（）\n一二是报告2023年分别为和前者由增至 #№"), max_size=120
    )
)
def test_any_text_is_read_without_an_error(text):
    """Whatever stands in a file, links point at candidates and confidences at [0, 1]."""
    candidates, extraction = read(text)
    for link in extraction.fields.values():
        assert all(one in candidates for one in link.candidates)
        assert 0 < link.confidence <= 1


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the three real reports are not here")
def test_the_real_reports_are_read_well():
    """F1 at least 0.85 and every piece of metadata on reports that other people wrote."""
    dataset = load_dataset(REPORTS, SCHEMA)
    submissions = []
    for item in dataset.items:
        document = read_document(item.text_path, item.gold.doc_id)
        candidates = find_candidates(document)
        extraction = EXTRACTOR.link(ReportText(document, candidates))[0]
        record = read_record(ReportText(document, candidates), extraction, SCHEMA, provenance(SCHEMA, "rules"))
        submissions.append(submission_of(record))
    scores = score_dataset(dataset, submissions, SCHEMA)
    assert scores.tally.f1 >= 0.85
    assert scores.tally.grounding == 1
    assert scores.metadata_accuracy == 1
