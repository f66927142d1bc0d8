"""The review page: a file that is complete and inert, what it shows of a record."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.outputs.page import NO_GROUP, report_view, schema_view, summary_view, write_page
from baogao.outputs.page_file import inert_json
from baogao.record import FileReading
from baogao.schema.values import Answer, Item, TextAnswer


def words_of(piece):
    """The characters of a piece, covered or not."""
    return piece if isinstance(piece, str) else piece[0]


def covered_by(view, key):
    """The characters that the page marks for an answer, in order."""
    wanted = {number for number, place in enumerate(view["places"]) if place["key"] == key}
    pieces = [piece for line in view["lines"] for piece in line["pieces"] if not isinstance(piece, str)]
    return "".join(piece[0] for piece in pieces if wanted & set(piece[1]))


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def html(plain, hostile, failed, texts, schema, tmp_path):
    """A page with an ordinary report, a hostile one and a failed one."""
    path = tmp_path / "index.html"
    write_page([plain, hostile, failed], texts, schema, path)
    return path.read_text(encoding="utf-8")


def test_no_text_becomes_markup(html):
    """None of the hostile report's own tags is a tag of the page, and the only scripts are the page's."""
    names = [tag for tag, _ in Tags(html).tags]
    assert not {"img", "svg"} & set(names)
    assert names.count("script") == 2 + 3 + 1
    assert "<script>window.hacked" not in html


def test_nothing_is_fetched(html):
    """No address but the icon's own data, and a policy that lets no request out."""
    links = [value for _, attrs in Tags(html).tags for name, value in attrs.items() if name in ("src", "href")]
    assert all(link.startswith("data:") for link in links)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    policy = next(attrs["content"] for tag, attrs in Tags(html).tags if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_one_block_a_report(html, plain):
    """The blocks are JSON, in the order of the records, so that a browser reads only the one it shows."""
    blocks = re.findall(r'<script type="application/json" id="report-(\d+)">(.*?)</script>', html)
    assert [number for number, _ in blocks] == ["0", "1", "2"]
    assert [json.loads(block)["doc_id"] for _, block in blocks] == [plain.doc_id, "=cmd|<b>", "broken"]


@given(st.text(st.characters() | st.sampled_from("<>&/!-\u2028\u2029")))
def test_json_is_inert_and_faithful(text):
    """Nothing in it can end a script or a line of one, and it reads back to the same text, lone surrogates and all."""
    written = inert_json({"text": text})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written.encode()) == {"text": text}


def test_texts_from_a_folder(plain, failed, texts, schema, tmp_path):
    """The folder that a run leaves behind gives the same page; line ends are not translated on the way."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / f"{plain.doc_id}.txt").write_bytes(texts[plain.doc_id].encode())
    write_page([plain, failed], folder, schema, tmp_path / "a.html")
    write_page([plain, failed], texts, schema, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_windows_line_ends_keep_their_offsets(make_record, schema, tmp_path):
    """CR LF counts as two characters, as it did when the figure was read."""
    text = "标题\r\n\r\n评查案卷7卷"
    start = text.index("7卷")
    answer = {"status": "reported", "value": 7, "bound": "exact", "evidence": [(start, start + 2)], "text": "7卷"}
    record = make_record("crlf", schema, fields={"case_files_reviewed": answer})
    (tmp_path / "crlf.txt").write_bytes(text.encode())
    write_page([record], tmp_path, schema, tmp_path / "index.html")
    assert '["评查案卷",["7卷",[0]]]' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_errors_are_one_line(plain, texts, schema, tmp_path):
    """A page that cannot be written, and a text that is not the record's, are told to the user and leave no file."""
    with pytest.raises(UsageError, match=r"cannot write .*No such file"):
        write_page([plain], texts, schema, tmp_path / "missing" / "index.html")
    with pytest.raises(UsageError, match="qinghe-2023: the record does not belong"):
        write_page([plain], {plain.doc_id: "短"}, schema, tmp_path / "index.html")
    (tmp_path / f"{plain.doc_id}.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"cannot read .*qinghe-2023\.txt"):
        write_page([plain], tmp_path, schema, tmp_path / "index.html")
    assert not (tmp_path / "index.html").exists()


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


def test_the_queue_as_it_is_shown(disputed, texts, schema):
    """Every field of it with all proposals; a proposal whose place its field has already is marked once."""
    text = texts[disputed.doc_id]
    view = report_view(disputed, text, schema)
    queue = {entry["field"]: entry for entry in view["queue"]}
    assert list(queue) == [review.field for review in disputed.review]
    llm, rules = queue["hotline_satisfaction_rate"]["proposals"]
    assert llm["places"] == view["figures"]["hotline_satisfaction_rate"]["places"]
    assert (rules["key"], rules["value"], rules["by"]) == ("hotline_satisfaction_rate~1", "135", "rules")
    assert covered_by(view, rules["key"]) == "约135卷"
    both, one = queue["problems"]["proposals"]
    assert [item["disputed"] for item in both["items"] + one["items"]] == [False, True, False]
    assert both["places"] == [place for item in view["lists"]["problems"] for place in item["places"]]
    assert [proposal["words"] for proposal in queue["level"]["proposals"]] == ["county", "city"]
    assert view["figures"]["exam_passed"]["review"]
    assert summary_view(disputed, schema)["review"] == len(queue)
    assert view["order"] == ["case_files_reviewed", "entities_inspected", "hotline_satisfaction_rate"]


def test_every_entry_is_in_dispute_where_one_alone_spoke(disputed, texts, schema):
    """There is nobody who gives it, too."""
    (notes,) = (review for review in disputed.review if review.field == "problems")
    alone = notes.model_copy(update={"proposals": notes.proposals[:1]})
    queue = report_view(disputed.with_review([alone]), texts[disputed.doc_id], schema)["queue"]
    (entry,) = (entry for entry in queue if entry["field"] == "problems")
    assert [item["disputed"] for item in entry["proposals"][0]["items"]] == [True, True]


def test_unsure_answers_are_looked_at_without_a_queue(plain, queued, texts, schema):
    """Where no reader said so: what is less sure than the page's own bound, and what is held back."""
    (given,) = report_view(plain, texts[plain.doc_id], schema)["queue"]
    assert (given["field"], given["reason"], given["given"]) == ("hotline_satisfaction_rate", "unsure", True)
    assert given["wrong"] == pytest.approx(0.69)
    (held,) = report_view(queued, texts[queued.doc_id], schema)["queue"]
    assert (held["given"], held["wrong"], held["reason"]) == (False, 0.41, "held back: less sure than 0.50")
    assert (summary_view(plain, schema)["review"], summary_view(queued, schema)["review"]) == (1, 1)


def test_a_queue_of_another_text(disputed, schema):
    """Places of proposals are checked as evidence is; without a text they are not shown, and what was said is."""
    bare = disputed.model_copy(update={"fields": {}, "metadata": {}, "lists": {}}).with_review(disputed.review)
    with pytest.raises(UsageError, match="disputed: the record does not belong to this text"):
        report_view(bare, "短文", schema)
    view = report_view(bare, None, schema)
    assert [len(entry["proposals"]) for entry in view["queue"]] == [2, 2, 1, 1, 2]


def test_pages_are_shown(make_record, schema):
    """A line says which page begins in it, and an answer on which page it stands."""
    text = "全年评查案卷\n135卷。\n抽查主体2600户，\n满意率98.5%。\n"
    start = text.index("2600")
    answer = Answer(status="reported", value=2600, evidence=[(start, start + 5)], text="2600户", page=2)
    read = FileReading(format="pdf", pages=[0, text.index("抽查") + 2, text.index("满意")])
    view = report_view(make_record("a", schema, fields={"entities_inspected": answer}, read=read), text, schema)
    assert [line.get("page") for line in view["lines"]] == [1, None, 2, 3]
    assert view["figures"]["entities_inspected"]["page"] == 2
    plain = report_view(make_record("a", schema), text, schema)
    assert not any("page" in line for line in plain["lines"])


def test_fields_of_every_kind_are_shown(water, texts, water_schema):
    """Words as they are, both bounds of a range, a fall with its sign; each with its characters in the text."""
    view = report_view(water, texts["water"], water_schema)
    shown = {name: answer.get("value") for name, answer in view["figures"].items()}
    assert shown == {
        "signed_on": "2025-01-08",
        "manager": "李云",
        "plan_met": "完成",
        "water": "1,260.5",
        "growth": "-2.3",
        "growth_target": "6.5–7",
        "metered": None,
        "repairs": "0",
    }
    assert covered_by(view, "manager") == "李 云"
    assert [place["kind"] for place in view["places"][:4]] == ["words", "words review", "words", "figure"]
    assert view["order"][:3] == ["signed_on", "manager", "plan_met"]
    assert summary_view(water, water_schema)["review"] == 2


def test_words_have_their_sentence(water, texts, water_schema):
    """Read from the text where the record does not know it; left out where it says no more than what is quoted."""
    figures = report_view(water, texts["water"], water_schema)["figures"]
    assert figures["plan_met"]["sentence"] == "全年计划任务顺利完成。"
    assert "sentence" not in figures["manager"]
    assert "sentence" not in figures["water"]
    assert "sentence" not in report_view(water, None, water_schema)["figures"]["plan_met"]


def test_rows_are_shown_cell_by_cell(water, texts, water_schema):
    """Every cell has a key and places of its own; one that is not answered is left out, an unsure one is looked at."""
    view = report_view(water, texts["water"], water_schema)
    first, second = view["rows"]["works"]
    assert {name: cell["value"] for name, cell in first.items()} == {
        "name": "新水厂",
        "cost": "8,600",
        "opened": "2024-06",
    }
    assert (second["cost"]["value"], second["stage"]["review"]) == ("3,000–3,500", True)
    assert covered_by(view, "works/1/stage") == "正在施工"
    assert second["name"]["sentence"].endswith("需3000至3500万元。")
    (entry,) = (entry for entry in view["queue"] if entry["field"] == "works/1/stage")
    assert entry["proposals"][0]["places"] == second["stage"]["places"]
    assert not {"works/0/name", "works/1/stage"} & set(view["order"])


@pytest.mark.parametrize(
    ("field", "printed", "shown"),
    [
        ("water", "立方米", "万立方米"),
        ("water", "万立方米", "万立方米"),
        ("repairs", "处", "处"),
        ("water", "吨", "吨"),
    ],
)
def test_a_figure_is_shown_with_the_unit_of_its_value(field, printed, shown, make_record, water_schema):
    """That of the field where the value was converted, else the measure word as it is printed."""
    fields = {field: Answer(status="reported", value=3, unit=printed)}
    view = report_view(make_record("one", water_schema, fields=fields), None, water_schema)
    assert view["figures"][field]["unit"] == shown


def test_a_year_alone_is_no_number(make_record, water_schema):
    """It has no comma."""
    fields = {"signed_on": Answer(status="reported", value="2025")}
    view = report_view(make_record("one", water_schema, fields=fields), None, water_schema)
    assert view["figures"]["signed_on"]["value"] == "2025"


def test_fields_of_no_group_have_a_heading(water_schema, schema):
    """It comes first, only where there are such fields; cells and options are told."""
    view = schema_view(water_schema)
    assert [group["label"] for group in view["groups"]] == [NO_GROUP, "供水"]
    assert [spec["id"] for spec in view["groups"][0]["fields"]] == ["signed_on", "manager", "plan_met"]
    assert view["groups"][0]["fields"][2]["options"] == ["完成", "未完成"]
    assert [cell["id"] for cell in view["rows"][0]["cells"]] == ["name", "cost", "stage", "opened"]
    assert NO_GROUP not in [group["label"] for group in schema_view(schema)["groups"]]


def test_a_page_of_figures_says_nothing_of_other_kinds(plain, texts, schema):
    """A schema that asks for nothing new has the page data that it always had."""
    view, shown = schema_view(schema), report_view(plain, texts[plain.doc_id], schema)
    assert view.keys() == {"title", "groups", "metadata", "lists", "reviewBelow"}
    specs = [*view["metadata"], *view["lists"], *(spec for group in view["groups"] for spec in group["fields"])]
    assert {key for spec in specs for key in spec} == {"id", "label", "unit", "note"}
    assert "rows" not in shown
    assert not any("sentence" in answer for answer in shown["figures"].values())
    assert {place["kind"] for place in shown["places"]} == {"figure", "figure review", "none", "metadata", "item"}


def test_a_queue_of_words(water_disputed, texts, water_schema):
    """What readers say of a choice or a date is shown as they say it, at its place."""
    view = report_view(water_disputed, texts["water"], water_schema)
    queue = {entry["field"]: entry for entry in view["queue"]}
    assert [one["value"] for one in queue["plan_met"]["proposals"]] == ["完成", "未完成"]
    assert [one["value"] for one in queue["signed_on"]["proposals"]] == ["2025-01-08", "2024-06"]
    assert covered_by(view, "signed_on~1") == "2024年6月"
