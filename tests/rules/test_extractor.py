"""The flagship's rules, sentence by sentence, and the rules extractor's own promises."""

import asyncio
import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.candidates.candidate import Candidate
from baogao.candidates.find import find_candidates
from baogao.document import document_from_text, read_document
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.scoring import score_dataset
from baogao.evaluation.submissions import submission_of
from baogao.extraction import ReportText
from baogao.reading import provenance, read_record
from baogao.rules.extractor import RulesExtractor, assign
from baogao.rules.matching import Scored
from baogao.rules.rulebook import Pattern, load_rulebook
from baogao.schema.load import load_schema

SCHEMA = load_schema("law_based_government")
EXTRACTOR = RulesExtractor(load_rulebook(None, SCHEMA))
SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))
DATASETS = Path(__file__).parents[2] / "eval" / "datasets"
FRAME = "青川县2023年法治政府建设工作报告\n\n一、工作情况\n{}\n"


def read(text):
    """Candidates and extraction of a whole report."""
    document = document_from_text(text)
    candidates = find_candidates(document)
    return candidates, EXTRACTOR.link(ReportText(document, candidates))[0]


def values(sentence):
    """What the rules read from one sentence inside a report: field to value."""
    candidates, extraction = read(FRAME.format(sentence))
    return {
        name: sum(candidates[one].value_for(SCHEMA.by_id[name]) for one in link.candidates)
        for name, link in extraction.fields.items()
    }


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
    """``link`` gives all candidates of a field with scores in falling order."""
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


@pytest.mark.parametrize(("data", "f1", "metadata"), [("examples", 0.9, 0.9), ("fictional/dev", 0.95, 0.95)])
def test_reports_are_read_well(data, f1, metadata):
    """The reports that rules were tuned on: what they once read rightly they go on reading, and in the right place."""
    dataset = load_dataset(DATASETS / data, SCHEMA)
    made_by = provenance(SCHEMA, "rules")
    submissions = []
    for item in dataset.items:
        report = ReportText.from_document(read_document(item.text_path, item.gold.doc_id))
        submissions.append(submission_of(read_record(report, EXTRACTOR.link(report)[0], SCHEMA, made_by)))
    scores = score_dataset(dataset, submissions, SCHEMA)
    assert scores.tally.f1 >= f1
    assert scores.tally.grounding >= 0.99
    assert scores.metadata_accuracy >= metadata


def scored(number: int, score: float, value: int | None = None, *, shared: bool = False, role: str = "") -> Scored:
    """A candidate that may answer a field, made by hand."""
    candidate = Candidate(number, "number", number, number + 1, "9件", Decimal(number if value is None else value))
    return Scored(candidate, score, Pattern(re.compile("№"), ("any",), 0.9, "", shared, role, "№"), shared)


FIGURES = [spec.id for spec in SCHEMA.figures if not spec.additive and not EXTRACTOR.rulebook.fields[spec.id].prefer]
SUMS = [spec.id for spec in SCHEMA.figures if spec.additive]


@given(
    st.dictionaries(
        st.sampled_from(FIGURES[:4]),
        st.dictionaries(st.integers(1, 5), st.tuples(st.floats(0.5, 1), st.booleans()), min_size=1, max_size=4),
        max_size=4,
    )
)
def test_figures_are_given_out_once(drawn):
    """A figure serves one field unless it is shared, and a field without an answer lost every figure to others."""
    ranked: dict[str, list[Scored]] = {}
    for name, found in drawn.items():
        made = [scored(number, score, shared=shared) for number, (score, shared) in found.items()]
        ranked[name] = sorted(made, key=lambda one: (-one.score, one.candidate_id))
    links = assign(ranked, EXTRACTOR.rulebook)
    own: list[int] = []
    for name, link in links.items():
        (given,) = [one for one in ranked[name] if (one.candidate_id,) == link.candidates]
        assert 0 < link.confidence <= 0.98
        own += [] if given.shared else [given.candidate_id]
    assert len(own) == len(set(own))
    for name in ranked.keys() - links.keys():
        assert all(one.candidate_id in own and not one.shared for one in ranked[name])
    assert list(links) == [name for name in ranked if name in links]


def test_the_surest_match_is_given_first():
    """The loser takes its next figure, or none."""
    first, second, third = FIGURES[:3]
    ranked = {
        first: [scored(1, 0.8), scored(2, 0.7)],
        second: [scored(1, 0.9)],
        third: [scored(1, 0.6)],
    }
    assert {name: link.candidates for name, link in assign(ranked, EXTRACTOR.rulebook).items()} == {
        first: (2,),
        second: (1,),
    }


@pytest.mark.parametrize(
    ("rivals", "doubtful"),
    [([], False), ([scored(2, 0.88)], True), ([scored(2, 0.8)], False), ([scored(2, 0.88, value=1)], False)],
    ids=["alone", "another value close behind", "far behind", "the same value again"],
)
def test_rivals_make_an_answer_doubtful(rivals, doubtful):
    """Only another value that scores nearly as high."""
    link = assign({FIGURES[0]: [scored(1, 0.9), *rivals]}, EXTRACTOR.rulebook)[FIGURES[0]]
    assert link.candidates == (1,)
    assert (link.confidence < 0.9) == doubtful


def test_parts_are_summed_and_a_total_stands_alone():
    """Which of the two it is the best match says."""
    parts = [scored(1, 0.9, role="part"), scored(2, 0.7, role="part"), scored(3, 0.6, role="total")]
    total = [scored(3, 0.95, role="total"), *parts[:2]]
    assert assign({SUMS[0]: parts}, EXTRACTOR.rulebook)[SUMS[0]].candidates == (1, 2)
    assert assign({SUMS[0]: total}, EXTRACTOR.rulebook)[SUMS[0]].candidates == (3,)
    assert assign({FIGURES[0]: parts}, EXTRACTOR.rulebook)[FIGURES[0]].candidates == (1,)


def test_the_largest_is_preferred_where_the_rules_say_so():
    """Among matches that are nearly as good; one far behind is not taken for its size."""
    name = next(spec.id for spec in SCHEMA.figures if EXTRACTOR.rulebook.fields[spec.id].prefer == "largest")
    found = [scored(1, 0.9, value=10), scored(2, 0.8, value=30), scored(3, 0.6, value=90)]
    assert assign({name: found}, EXTRACTOR.rulebook)[name].candidates == (2,)
    assert assign({FIGURES[0]: found}, EXTRACTOR.rulebook)[FIGURES[0]].candidates == (1,)


def test_a_department_has_its_own_figures_first():
    """In its report the whole county's figures stand beside its own; in the county's report they are its own."""
    body = "全县评查案卷300卷。我局评查案卷80卷。"
    office, county = (FRAME.replace("青川县", place).format(body) for place in ("青川县司法局", "青川县"))
    read_by = {}
    for text in (office, county):
        candidates, extraction = read(text)
        (figure,) = extraction.fields["case_files_reviewed"].candidates
        read_by[text] = candidates[figure].text
    assert read_by[office] == "80卷"
    assert read_by[county] == "300卷"
