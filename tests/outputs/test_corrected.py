"""Records with people's decisions laid over them."""

from decimal import Decimal

import pytest

from baogao.outputs.corrected import corrected, corrected_records, entry_key, text_digest
from baogao.outputs.decisions import Decision, Decisions, ReviewsFile
from baogao.record import Provenance, Record
from baogao.schema import load_schema

TEXT = "组织考试，有40人参加，36人合格，合格率90%。问题：一是力量不足；二是经费紧张。"
SCHEMA = load_schema()


def figure(value, quoted, **more):
    """An answer that quotes the text."""
    start = TEXT.index(quoted)
    return {
        "status": "reported", "value": value, "bound": "exact", "text": quoted,
        "evidence": [[start, start + len(quoted)]], **more,
    }  # fmt: skip


def item(quoted):
    """An entry of a list that quotes the text."""
    start = TEXT.index(quoted)
    return {"text": quoted, "evidence": [[start, start + len(quoted)]], "page": None}


@pytest.fixture
def record():
    """Two figures, one of them wrong, and one entry of a list."""
    made_by = Provenance(baogao="0", extractor="rules", schema_digest="sha256:0")
    fields = {
        "exam_candidates": figure(40, "40人", by="rules", confidence=0.9),
        "exam_passed": figure(40, "40人", by="rules", confidence=0.4),
        "exam_pass_rate": figure(90, "90%", by="rules", confidence=0.9),
    }
    return Record.model_validate(
        {
            "doc_id": "r", "source": "r.txt", "sha256": "", "schema": SCHEMA.name, "status": "ok", "made_by": made_by,
            "fields": {spec.id: fields.get(spec.id, {"status": "not_reported"}) for spec in SCHEMA.fields},
            "lists": {"problems": [item("一是力量不足")], "plans": []},
        }
    )  # fmt: skip


def decide(key, act="correct", after=None, text=TEXT, **more):
    """A decision of one person on the text."""
    return Decision(who="李", doc_id="r", text_sha256=text_digest(text), key=key, act=act, after=after, **more)


def over(record, *decisions):
    """The record with decisions laid over it."""
    return corrected(record, Decisions(decisions), TEXT, SCHEMA)


def test_a_remark_of_its_own_stands_with_the_decision(record):
    """Before or after it, with the name where several people remarked something; one that was taken back does not."""
    remark = decide("exam_passed", act="comment", comment="附表另有")
    gone = decide("exam_passed", act="comment", comment="不算")
    back = decide("exam_passed", act="undo").model_copy(update={"undoes": gone.id})
    accepted = decide("exam_passed", act="accept", after=figure(40, "40人"))
    said = over(record, remark, gone, accepted, back).fields["exam_passed"].reviewed
    assert (said.act, said.comment) == ("accept", "附表另有")
    other = decide("exam_passed", act="comment", comment="同意").model_copy(update={"who": "王"})
    said = over(record, remark, accepted, other).fields["exam_passed"].reviewed
    assert (said.who, said.comment) == ("李", "李: 附表另有; 王: 同意")


def test_a_correction_is_a_persons_answer_and_checks_see_it(record):
    """The corrected value stands with its characters, its author and no confidence; checks run on it."""
    before = over(record)
    assert [check.holds for check in before.checks if check.check == "rate_matches_counts"] == [False]
    after = over(record, decide("exam_passed", after=figure(36, "36人"), comment="看错行"))
    answer = after.fields["exam_passed"]
    assert (answer.value, answer.text, answer.by, answer.confidence) == (Decimal(36), "36人", "person", None)
    assert (answer.reviewed.who, answer.reviewed.act, answer.reviewed.comment) == ("李", "correct", "看错行")
    assert [check.holds for check in after.checks if check.check == "rate_matches_counts"] == [True]
    assert record.fields["exam_passed"].value == Decimal(40)


def test_what_is_accepted_stays_its_readers(record):
    """An accepted answer keeps who gave it and how sure that was, and says who looked."""
    answer = over(record, decide("exam_candidates", "accept", figure(40, "40人"))).fields["exam_candidates"]
    assert (answer.by, answer.confidence, answer.reviewed.act) == ("rules", 0.9, "accept")


def test_what_was_accepted_stands_when_the_record_is_another_by_now(record):
    """A person's word outlives a new run that reads the same text otherwise."""
    answer = over(record, decide("exam_passed", "accept", figure(36, "36人"))).fields["exam_passed"]
    assert (answer.value, answer.by) == (Decimal(36), "person")


def test_not_there_and_none(record):
    """“Not there” is silence that a person confirmed; “none” is a zero with or without its words."""
    after = over(
        record,
        decide("exam_passed", "absent"),
        decide("exam_candidates", "none", {"status": "reported_none", "value": 0}),
    )
    assert after.fields["exam_passed"].status == "not_reported"
    assert after.fields["exam_passed"].reviewed.act == "absent"
    assert (after.fields["exam_candidates"].value, after.fields["exam_candidates"].by) == (Decimal(0), "person")


def test_lists_lose_and_gain_entries_where_they_are_printed(record):
    """An entry that is not there goes, one that was missed stands in the order of the text."""
    first, second = (
        entry_key("problems", item("一是力量不足")["evidence"]),
        entry_key("problems", item("二是经费紧张")["evidence"]),
    )
    both = over(record, decide(second, after=item("二是经费紧张")))
    assert [one.text for one in both.lists["problems"]] == ["一是力量不足", "二是经费紧张"]
    assert both.lists["problems"][1].reviewed.act == "correct"
    one = over(record, decide(second, after=item("二是经费紧张")), decide(first, "absent"))
    assert [one.text for one in one.lists["problems"]] == ["二是经费紧张"]
    looked = over(record, decide("problems", "accept", {"items": [item("一是力量不足")]}))
    assert looked.lists["problems"][0].reviewed.who == "李"


def test_metadata_may_be_corrected(record):
    """A title is corrected as a figure is, with its place."""
    title = {"value": "组织考试", "evidence": [[0, 4]]}
    assert over(record, decide("title", after=title)).metadata["title"].value == "组织考试"


@pytest.mark.parametrize(
    ("decision", "notice"),
    [
        (decide("exam_passed", after=figure(36, "36人"), text="another"), "about another text"),
        (decide("exam_passed", after={"status": "reported", "value": 1, "evidence": [[900, 901]]}), "does not hold"),
        (decide("exam_passed", after=figure(36, "36人") | {"text": "37人"}), "does not hold"),
        (decide("exam_passed", after={"status": "reported", "value": 36}), "does not hold"),
        (decide("exam_passed", after={"status": "huh"}), "does not hold"),
    ],
)
def test_what_does_not_hold_is_left_out_and_said(record, decision, notice):
    """A decision on another text, or on characters that are not there, changes nothing, and the record says so."""
    after = over(record, decision)
    assert after.fields["exam_passed"] == record.fields["exam_passed"]
    assert notice in after.notices[-1]


def test_a_folder_is_read_with_its_decisions(record, tmp_path):
    """``corrected_records`` finds records, texts and decisions in a run's folder."""
    (tmp_path / "records.jsonl").write_text(record.to_json() + "\n", encoding="utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "r.txt").write_text(TEXT, encoding="utf-8")
    ReviewsFile(tmp_path).add([decide("exam_passed", after=figure(36, "36人"))])
    (read,) = corrected_records(tmp_path, SCHEMA)
    assert read.fields["exam_passed"].value == Decimal(36)
    assert '"by": "person"' in read.to_json()
