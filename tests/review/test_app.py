"""The server of the review: what it shows, what it saves, what it refuses."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from baogao.errors import UsageError
from baogao.outputs.corrected import corrected_records
from baogao.outputs.decisions import REVIEWS, ReviewsFile
from baogao.review.app import review_app
from baogao.review.session import ReviewSession
from outputs.conftest import PLAIN_TEXT, WATER_TEXT, place
from review.window import Window, write_run

Q = "qinghe-2023"


def test_the_page_has_every_report_in_a_line_and_none_whole(window):
    """Reports are asked for one by one; the first page holds their names and how far people are with them."""
    page = window.client.get("/").text
    assert "青禾县人民政府" in page
    assert "report-0" not in page
    assert "connect-src 'self'" in page
    (summary,) = [one for one in window.session.summaries("Li") if one["id"] == Q]
    assert (summary["looked"], summary["fields"]) == (0, 65 + 7 + 2)


def test_a_right_answer_keeps_who_gave_it(window):
    """An accepted figure is as it was, and says who looked."""
    before = window.report(Q)["figures"]["case_files_reviewed"]
    after = window.say(Q, "case_files_reviewed", "accept")
    figure = after["figures"]["case_files_reviewed"]
    assert figure["reviewed"].pop("at")
    assert figure == before | {"reviewed": {"who": "Li", "act": "accept"}}
    assert after["review"]["looked"] == 1


def test_a_corrected_figure_is_read_from_the_text(window, run, schema):
    """What is saved is what stands at the characters; records say it is a person's, checks are run again."""
    (reading,) = window.there(Q, "exam_passed", place(PLAIN_TEXT, "3场")).json()["readings"]
    assert (reading["take"], reading["shown"]["unit"]) == ("3", "场")
    assert "消防演练3场" in reading["shown"]["sentence"]
    window.say(Q, "exam_passed", "correct", reading["evidence"], value=reading["take"])
    answer = next(one for one in corrected_records(run, schema) if one.doc_id == Q).fields["exam_passed"]
    assert (answer.value, answer.text, answer.by, answer.confidence) == (3, "3场", "person", None)
    saved = json.loads((run / REVIEWS).read_text())
    assert saved["before"] == {"status": "not_reported"}
    assert saved["after"]["evidence"] == [[*place(PLAIN_TEXT, "3场")]]


@pytest.mark.parametrize(
    ("key", "act", "more", "why"),
    [
        ("exam_passed", "correct", {"evidence": [[0, 99999]]}, "outside of the text"),
        ("exam_passed", "correct", {"evidence": [[5, 5]]}, "outside of the text"),
        ("exam_passed", "correct", {"evidence": [[0, 3]]}, "no figure is read in “青禾县”"),
        ("exam_passed", "correct", {"evidence": [[*place(PLAIN_TEXT, "3场")]], "value": "4"}, "“4” is not what stands"),
        ("exam_passed", "correct", {}, "nothing is selected"),
        ("exam_passed", "correct", {"value": "12"}, "select it in the text"),
        ("level", "correct", {"value": "village"}, "it must match"),
        ("no_such_field", "accept", {}, "has no field 'no_such_field'"),
        ("exam_passed/1", "accept", {}, "has no field"),
        ("problems@1-2", "absent", {}, "not there any more"),
        ("problems@1-2", "correct", {"evidence": [[3, 6]]}, "not printed where its key says"),
        ("problems", "absent", {}, "one by one"),
        ("title", "none", {}, "is no figure"),
        ("exam_passed", "comment", {"comment": " "}, "needs words"),
        ("exam_passed", "undo", {"undoes": "nothing"}, "no such decision of yours"),
        ("exam_passed", "accept", {"text_sha256": "0"}, "has changed since"),
        ("exam_passed", "wonder", {}, "cannot be saved"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(still, key, act, more, why):
    """A value that does not parse, evidence outside, a key of nothing: a sentence, and nothing is saved."""
    answer = still.post(still.asked(Q, key, act) | more)
    assert answer.status_code == 422
    assert why in answer.json()["error"]
    assert not (still.session.folder / REVIEWS).exists()


def test_only_json_is_taken(still):
    """A form of another page, and what is no JSON, are refused."""
    assert still.client.post("/decisions", data={"who": "x"}).status_code == 415
    broken = still.client.post("/decisions", content="{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["error"]) == (422, "what was sent is no JSON")
    huge = still.client.post("/decisions", content=b" " * 4_000_001, headers={"Content-Type": "application/json"})
    assert huge.status_code == 422
    half = still.client.post(
        "/decisions", content='{"who": "\\ud800", "asked": []}', headers={"Content-Type": "application/json"}
    )
    assert half.status_code == 422


def test_of_two_windows_the_second_is_told(run):
    """Who had not seen the last decision gets it shown; what others decided comes with the changes."""
    li, wang = Window(run, "Li"), Window(run, "Wang")
    old = wang.report(Q)
    li.say(Q, "case_files_reviewed", "accept")
    refused = wang.post(wang.asked(Q, "case_files_reviewed", "absent", view=old))
    assert refused.status_code == 409
    assert refused.json()["standing"]["who"] == "Li"
    assert refused.json()["standing"]["shown"]["value"] == "135"
    news = wang.client.get("/changes", params={"since": 0, "who": "Wang"}).json()
    assert [(one["who"], one["key"]) for one in news["decisions"]] == [("Li", "case_files_reviewed")]
    assert news["saved"] == 1
    assert news["reports"][0]["looked"] == 1
    assert wang.client.get("/changes", params={"since": 1}).json()["decisions"] == []


def test_what_is_sent_twice_is_saved_once(window, run):
    """A page that heard no answer sends again, under the same id."""
    step = window.asked(Q, "case_files_reviewed", "accept")
    assert [window.post(step).status_code for _ in range(3)] == [200, 200, 200]
    assert len((run / REVIEWS).read_text().splitlines()) == 1


def test_a_step_is_saved_whole_or_not_at_all(window, run):
    """All silent fields at once; one of them that somebody else decided on stops the step."""
    other = Window(run, "Wang")
    view = window.report(Q)
    silent = [name for name, one in view["figures"].items() if one["status"] == "not_reported"]
    step = [window.asked(Q, name, "accept", view=view) for name in silent]
    other.say(Q, silent[-1], "accept")
    assert window.post(*step).status_code == 409
    assert window.report(Q)["review"]["looked"] == 1
    step = [window.asked(Q, name, "accept") for name in silent]
    assert window.post(*step).json()["review"]["looked"] == len(silent)


def test_taking_back(window):
    """What is taken back is as if it had not been; only who decided may."""
    first = window.say(Q, "case_files_reviewed", "absent")["review"]["decisions"][0]["id"]
    other = Window(window.session.folder, "Wang")
    stolen = other.post(other.asked(Q, "case_files_reviewed", "undo", undoes=first))
    assert stolen.status_code == 422
    view = window.say(Q, "case_files_reviewed", "undo", undoes=first)
    assert view["figures"]["case_files_reviewed"]["value"] == "135"
    assert view["review"]["looked"] == 0


def test_people_differ_and_somebody_settles_it(run):
    """Both sides are shown with their names; settled, they are gone."""
    li, wang = Window(run, "Li"), Window(run, "Wang")
    li.say(Q, "case_files_reviewed", "accept")
    view = wang.say(Q, "case_files_reviewed", "absent")
    sides = view["review"]["disputes"]["case_files_reviewed"]
    assert [(one["who"], one["shown"]["value"]) for one in sides] == [("Li", "135"), ("Wang", None)]
    view = li.say(Q, "case_files_reviewed", "correct", sides[0]["evidence"], settles=True)
    assert view["review"]["disputes"] == {}
    assert view["figures"]["case_files_reviewed"]["value"] == "135"


def test_blind_annotators_see_only_their_own(run):
    """Two people label the same report without each other's answers; read together they are a dispute."""
    li, wang = Window(run, "Li", blind=True), Window(run, "Wang", blind=True)
    li.say(Q, "case_files_reviewed", "accept")
    view = wang.report(Q)
    assert view["review"]["decisions"] == []
    assert "reviewed" not in view["figures"]["case_files_reviewed"]
    assert wang.client.get("/changes", params={"since": 0, "who": "Wang"}).json()["decisions"] == []
    wang.say(Q, "case_files_reviewed", "absent")
    assert list(Window(run).report(Q)["review"]["disputes"]) == ["case_files_reviewed"]


def test_lists_lose_and_gain_entries(window, run, schema):
    """An entry is taken away, another selected; a list is accepted as a whole."""
    first, second = window.report(Q)["review"]["entries"]["problems"]
    window.say(Q, first, "absent")
    start, end = place(PLAIN_TEXT, "力量")
    window.say(Q, f"problems@{start}-{end}", "correct", [(start, end)])
    view = window.say(Q, "problems", "accept")
    assert [one["text"] for one in view["lists"]["problems"]] == ["力量", "质量不高"]
    assert view["review"]["entries"]["problems"] == [f"problems@{start}-{end}", second]
    items = next(one for one in corrected_records(run, schema) if one.doc_id == Q).lists["problems"]
    assert [one.reviewed.act for one in items] == ["correct", "accept"]


def test_rows_lose_and_gain_and_cells_are_fields(water_window, water_schema):
    """A row is taken away, the keys of the others stay; a new one is made of the cells that are selected."""
    window = water_window
    window.say("water", "works/0", "absent")
    view = window.report("water")
    assert view["review"]["rows"] == {"works": ["works/1"]}
    window.say("water", "works/1/cost", "correct", [place(WATER_TEXT, "约8600万元")])
    window.say("water", "works/+a/name", "correct", [place(WATER_TEXT, "水表")])
    view = window.say("water", "works/1/stage", "accept")
    assert view["review"]["rows"] == {"works": ["works/1", "works/+a"]}
    assert [row["name"]["value"] for row in view["rows"]["works"]] == ["北岭泵站", "水表"]
    assert view["rows"]["works"][0]["cost"]["value"] == "8,600"
    assert view["rows"]["works"][0]["stage"]["reviewed"]["act"] == "accept"
    assert window.post(window.asked("water", "works/7/cost", "accept")).status_code == 422
    view = window.say("water", "works/1", "absent")
    assert view["review"]["rows"] == {"works": ["works/+a"]}
    gone = window.post(window.asked("water", "works/1/cost", "accept"))
    assert gone.json()["error"] == "this row is not there any more"


def test_words_are_chosen_and_selected(water_window):
    """An option is picked with the words that decide it; a date and a name are selected."""
    said = {"plan_met": ("任务", "未完成"), "signed_on": ("2024年6月", "2024-06"), "manager": ("北岭泵站", "北岭泵站")}
    for key, (phrase, value) in said.items():
        view = water_window.say("water", key, "correct", [place(WATER_TEXT, phrase)], value=value)
        assert view["figures"][key]["value"] == value
    view = water_window.say("water", "title", "correct", [place(WATER_TEXT, "2024年供水工作")])
    assert view["metadata"]["title"]["value"] == "2024年供水工作"


def test_the_queue_is_shorter_by_what_was_decided(window):
    """What a person looked at need not be looked at again."""
    fields = [one["field"] for one in window.report("disputed")["queue"]]
    view = window.say("disputed", "exam_passed", "absent")
    assert [one["field"] for one in view["queue"]] == [name for name in fields if name != "exam_passed"]


def test_comments_are_kept_with_their_authors(window):
    """A comment on a field and one on the report; neither counts as a look."""
    window.say(Q, "exam_passed", "comment", comment="见附表")
    view = window.say(Q, "", "comment", comment="扫描件\u2028")
    assert [(one["key"], one["comment"]) for one in view["review"]["comments"]] == [
        ("exam_passed", "见附表"), ("", "扫描件\u2028"),
    ]  # fmt: skip
    assert view["review"]["looked"] == 0
    assert view["summary"]["comments"] == 2


def test_a_failed_report_and_one_without_its_text(window, run):
    """They are shown, may be commented on, and say why nothing can be answered."""
    assert window.post(window.asked("broken", "exam_passed", "accept")).json()["error"].startswith("the text of this")
    assert window.say("broken", "", "comment", comment="重新扫描")["summary"]["comments"] == 1
    (run / "texts" / f"{Q}.txt").unlink()
    lost = Window(run)
    assert lost.report(Q)["lines"] is None
    assert "was not kept" in lost.post(lost.asked(Q, "case_files_reviewed", "accept")).json()["error"]


def test_a_text_that_changed_is_said_so(window, run):
    """Decisions on another text are left out with a notice; a page that shows the old one cannot save."""
    view = window.report(Q)
    window.say(Q, "exam_passed", "absent")
    (run / "texts" / f"{Q}.txt").write_bytes((PLAIN_TEXT + "附件\n").encode())
    again = Window(run)
    assert any("about another text" in notice for notice in again.report(Q)["notices"])
    assert again.post(again.asked(Q, "exam_passed", "accept", view=view)).status_code == 422
    (run / "texts" / f"{Q}.txt").write_bytes("短".encode())
    answer = Window(run).client.get("/report", params={"doc": Q})
    assert answer.status_code == 422
    assert "does not belong to this text" in answer.json()["error"]


def test_two_schemas_in_one_folder(run, plain, tmp_path):
    """They are named, before anything is served."""
    mixed = [plain, plain.model_copy(update={"doc_id": "other", "schema_name": "other_schema"})]
    with pytest.raises(UsageError, match="several schemas: law_based_government, other_schema"):
        ReviewSession(write_run(tmp_path / "mixed", mixed, {}))


def test_a_run_that_is_written_again_meanwhile(window, run, plain):
    """New records are shown without a new start of the server."""
    new = plain.model_copy(update={"doc_id": "new"})
    (run / "records.jsonl").write_text(f"{new.to_json()}\n", encoding="utf-8")
    assert [one["id"] for one in window.client.get("/reports").json()["reports"]] == ["new"]
    gone = window.client.get("/report", params={"doc": Q})
    assert (gone.status_code, gone.json()["error"]) == (422, f"there is no report '{Q}' in this run")


def test_hostile_words_stay_words(window):
    """What a person writes comes back as data, and cannot end the page's script."""
    client = TestClient(review_app(window.session, "</script><script>alert(1)</script>"))
    assert "<script>alert" not in client.get("/").text
    name = "</script><b>"
    step = window.asked(Q, "exam_passed", "absent") | {"id": uuid4().hex}
    view = window.client.post("/decisions", json={"who": name, "asked": [step]}).json()
    assert view["figures"]["exam_passed"]["reviewed"]["who"] == name


@pytest.mark.parametrize("who", ["", "   ", "x" * 101, 7])
def test_a_name_is_needed(still, who):
    """Nobody decides anything without saying who."""
    assert (
        still.client.post("/decisions", json={"who": who, "asked": [still.asked(Q, "title", "accept")]}).status_code
        == 422
    )


def test_what_was_looked_at_is_saved_as_gold(window, run, schema):
    """The fields that people looked at become gold in the run's folder; a second save goes on from there."""
    assert "nobody has looked" in window.client.post("/gold", json={"doc_id": Q}).json()["error"]
    window.say(Q, "case_files_reviewed", "accept")
    window.say(Q, "exam_passed", "absent")
    saved = window.client.post("/gold", json={"doc_id": Q}).json()
    assert (saved["looked"], saved["of"], saved["left_out"]) == (2, 74, {})
    gold = json.loads((run / "gold" / f"{Q}.gold.json").read_text())
    assert list(gold["fields"]) == ["case_files_reviewed"]
    assert "exam_passed" not in gold["not_looked_at"]
    window.say(Q, "entities_inspected", "accept")
    assert window.client.post("/gold", json={"doc_id": Q}).json()["looked"] == 3
    (run / "gold" / f"{Q}.gold.json").write_text("{}")
    assert "was not written by this command" in window.client.post("/gold", json={"doc_id": Q}).json()["error"]
    for wrong in ({"doc_id": 3}, ["x"], {"doc_id": "broken"}):
        assert window.client.post("/gold", json=wrong).status_code == 422


def test_no_gold_where_people_are_blind(run):
    """What stands by now is nobody's own: the command writes each person's gold."""
    window = Window(run, blind=True)
    window.say(Q, "case_files_reviewed", "accept")
    assert "gold save RUN --by" in window.client.post("/gold", json={"doc_id": Q}).json()["error"]


def test_a_disk_that_takes_nothing(window, monkeypatch):
    """The answer is none that a page takes for a refusal: it keeps what was said, and sends it again."""
    asked = window.asked(Q, "case_files_reviewed", "accept")
    with monkeypatch.context() as patched:
        patched.setattr(ReviewsFile, "_append", lambda *_: Path("/there/is/nothing").stat())
        answer = window.post(asked)
    assert answer.status_code == 507
    assert "cannot write" in answer.json()["error"]
    assert answer.json()["zh"]
    assert window.post(asked).status_code == 200
    assert len(ReviewsFile(window.session.folder).since(0)) == 1


def test_a_run_that_was_replaced_is_shown_without_what_was_said_of_it(window):
    """Neither answers nor progress of the earlier one are left, though as much is said of the new one."""
    window.say(Q, "case_files_reviewed", "accept")
    (window.session.folder / REVIEWS).rename(window.session.folder / "aside")
    assert window.report(Q)["review"]["looked"] == 0
    window.say(Q, "exam_passed", "absent")
    view = window.report(Q)
    assert [one["key"] for one in view["review"]["decisions"]] == ["exam_passed"]
    assert view["figures"]["case_files_reviewed"].get("reviewed") is None
    news = window.client.get("/changes", params={"since": 7, "who": "Li"}).json()
    assert (news["saved"], len(news["decisions"])) == (1, 1)


@pytest.mark.parametrize("since", ["", "-1", "x", "9" * 5000, "\u0663"])
def test_any_number_may_be_asked_for(still, since):
    """What is no number of decisions is none."""
    assert still.client.get("/changes", params={"since": since}).status_code == 200
