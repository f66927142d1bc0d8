"""What the page shows of a record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.outputs.view import report_view, schema_view, summary_view
from baogao.schema.values import Answer, Item, TextAnswer


def words_of(piece):
    """The characters of a piece, covered or not."""
    return piece if isinstance(piece, str) else piece[0]


def covered_by(view, key):
    """The characters that the page marks for an answer, in order."""
    wanted = {number for number, place in enumerate(view["places"]) if place["key"] == key}
    pieces = [piece for line in view["lines"] for piece in line["pieces"] if not isinstance(piece, str)]
    return "".join(piece[0] for piece in pieces if wanted & set(piece[1]))


def test_every_answer_has_its_characters(plain, texts, schema):
    """What is marked is the evidence, past characters that a browser counts as two, across line breaks and overlaps."""
    view = report_view(plain, texts[plain.doc_id], schema)
    assert covered_by(view, "case_files_reviewed") == "约135卷"
    assert covered_by(view, "reconsideration_accepted") == "暂无行政复议案件"
    assert covered_by(view, "emergency_drills") == "2场3场"
    assert covered_by(view, "title") == "青禾县人民政府关于2023年法治政府建设情况的报告"
    assert covered_by(view, "problems/0") == "力量不足"


def test_a_figure_comes_before_what_it_lies_in(make_record, schema):
    """A click on a figure inside a list item means the figure; of two figures it means the shorter."""
    text = "发放资料200份。"
    figure = Answer(status="reported", value=200, bound="exact", evidence=[(4, 8)])
    longer = figure.model_copy(update={"evidence": [(2, 8)]})
    item = Item(text=text[:8], evidence=[(0, 8)])
    fields = {"case_files_reviewed": longer, "publicity_materials": figure}
    view = report_view(make_record("one", schema, fields=fields, lists={"plans": [item]}), text, schema)
    last = view["lines"][0]["pieces"][-2]
    assert [view["places"][place]["key"] for place in last[1]] == [
        "publicity_materials",
        "case_files_reviewed",
        "plans/0",
    ]


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n、𬭎"), min_size=1, max_size=60),
    data=st.data(),
)
def test_the_text_is_whole(text, data, make_record, schema):
    """Line breaks aside, the pieces are the text, whatever overlaps."""
    ends = st.integers(0, len(text))
    pairs = st.tuples(ends, ends).map(lambda pair: tuple(sorted(pair))).filter(lambda span: span[0] < span[1])
    spans = data.draw(st.lists(pairs, max_size=6))
    record = make_record("one", schema, metadata={"issuer": TextAnswer(value="x", evidence=spans)})
    view = report_view(record, text, schema)
    shown = "".join(words_of(piece) for line in view["lines"] for piece in line["pieces"])
    assert shown == text.replace("\r", "").replace("\n", "")


def test_lines_have_roles(plain, texts, schema):
    """The title and the numbered headings look like such, also a title that is broken over two lines."""
    view = report_view(plain, texts[plain.doc_id], schema)
    roles = [line["role"] for line in view["lines"]]
    assert roles[:5] == ["title", "title", "", "h1", ""]


def test_states_and_doubt(plain, texts, schema):
    """Silence, a stated none, a figure, and one that a person should look at, are told apart."""
    figures = report_view(plain, texts[plain.doc_id], schema)["figures"]
    assert set(figures) == {spec.id for spec in schema.figures}
    assert figures["exam_passed"] == {"status": "not_reported", "places": []}
    assert figures["reconsideration_accepted"]["status"] == "reported_none"
    assert figures["entities_inspected"]["value"] == "2,600"
    doubtful = [name for name, answer in figures.items() if answer.get("review")]
    assert doubtful == ["hotline_satisfaction_rate"]


def test_j_and_k_follow_the_text(plain, texts, schema):
    """The order of the stated figures is the reader's, not the schema's."""
    assert report_view(plain, texts[plain.doc_id], schema)["order"] == [
        "case_files_reviewed",
        "entities_inspected",
        "hotline_satisfaction_rate",
        "reconsideration_accepted",
        "emergency_drills",
    ]


def test_only_failing_checks_are_shown(plain, texts, schema):
    """A check that holds is counted and not printed."""
    view = report_view(plain, texts[plain.doc_id], schema)
    assert ([check["message"] for check in view["failing"]], view["checks"]) == (["135 < 140"], 2)


def test_evidence_of_another_text(plain, texts, schema):
    """Characters that changed are told; offsets that lie outside are an error that names the document."""
    text = texts[plain.doc_id]
    assert not report_view(plain, text, schema)["figures"]["case_files_reviewed"]["astray"]
    changed = report_view(plain, text.replace("135卷", "138卷"), schema)
    assert changed["figures"]["case_files_reviewed"]["astray"]
    with pytest.raises(UsageError, match="qinghe-2023: the record does not belong to this text"):
        report_view(plain, text[:60], schema)


def test_a_text_that_was_not_kept(plain, failed, schema):
    """Figures are still shown; a failed document shows none."""
    view = report_view(plain, None, schema)
    assert (view["lines"], view["figures"]["entities_inspected"]["value"]) == (None, "2,600")
    assert report_view(failed, None, schema)["figures"] == {}


def test_the_list_of_reports(plain, failed, schema):
    """A report is called by its title, one without by its id, and a failure says why."""
    first, second = summary_view(plain, schema), summary_view(failed, schema)
    assert first["title"] == "青禾县人民政府关于2023年法治政府建设情况的报告"
    assert (first["reported"], first["none"], first["review"], first["failing"]) == (4, 1, 1, 1)
    assert (second["title"], second["status"], second["error"]) == ("broken", "failed", "the file is empty")


def test_all_fields_of_the_schema(schema):
    """No field is left out of the groups."""
    view = schema_view(schema)
    shown = [spec["id"] for group in view["groups"] for spec in group["fields"]]
    assert shown == [spec.id for spec in schema.figures]
    assert len(view["metadata"]) + len(view["lists"]) + len(shown) == len(schema.specs)


def test_what_is_held_back_is_shown(queued, texts, schema):
    """Its place is marked for review, the field stays silent, and the report counts it among what to review."""
    view = report_view(queued, texts[queued.doc_id], schema)
    figure = view["figures"]["entities_inspected"]
    assert (figure["status"], figure["review"], figure["held"]["value"]) == ("not_reported", True, "2,600")
    assert figure["held"]["reason"] == "less sure than 0.50"
    assert covered_by(view, "entities_inspected") == "2600余户"
    assert [view["places"][at]["kind"] for at in figure["places"]] == ["figure review"]
    assert not figure["held"]["astray"]
    assert summary_view(queued, schema)["review"] == 1
    assert summary_view(queued, schema)["reported"] == 1
