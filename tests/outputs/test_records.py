"""Records and texts read back from what a run left."""

import json
from decimal import Decimal

import pytest

from baogao.errors import SchemaError, UsageError
from baogao.outputs.records import (
    astray,
    belongs,
    iterate_records,
    iterate_review,
    kept_text,
    read_records,
    read_schema,
    schema_of,
    with_review,
    words_of,
)
from baogao.schema import load_schema
from baogao.schema.description import describe
from short_reports import COMMUNIQUE


def test_records_come_back(plain, hostile, failed, tmp_path):
    """What is written is read, from the file or from its folder, U+2028 and all."""
    records = [plain, hostile, failed]
    file = tmp_path / "records.jsonl"
    file.write_text("".join(f"{item.to_json()}\n" for item in records), encoding="utf-8")
    assert [item.to_json() for item in read_records(tmp_path)] == [item.to_json() for item in records]
    assert read_records(file) == read_records(tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda line: line[:-20], r"line 2: not JSON at column \d+"),
        (lambda line: b"\xff" + line, "line 2: not UTF-8 at byte 1"),
        (lambda line: b"[]", "line 2: the record: "),
        (lambda line: line.replace(b'"doc_id": "broken", ', b""), "line 2: doc_id: Field required"),
        (
            lambda line: line.replace(b'"fields": {}', b'"fields": {"a": {"status": "lost"}}'),
            "line 2: fields.a.status: ",
        ),
        (lambda line: line.replace(b'"broken"', b'"qinghe-2023"'), "line 2: .* stands already in line 1"),
        (lambda line: b"[" * 100_000, "line 2: not a record: nested too deep"),
        (lambda line: b'{"doc_id": 1' + b"0" * 5_000 + b"}", "line 2: it cannot be read: "),
        (lambda line: line.replace(b'"broken"', rb'"\ud800"'), "line 2: it cannot be read: .*surrogates not allowed"),
    ],
)
def test_a_damaged_line_is_named(damage, message, plain, failed, tmp_path):
    """The message says which line, and which field of it."""
    lines = [plain.to_json().encode(), damage(failed.to_json().encode())]
    (tmp_path / "records.jsonl").write_bytes(b"\n".join(lines))
    with pytest.raises(UsageError, match=message):
        read_records(tmp_path)


def test_no_records(tmp_path):
    """A folder without records is one line for the user."""
    with pytest.raises(UsageError, match=r"cannot read .*records.jsonl"):
        read_records(tmp_path)


def test_numbers_survive_json(plain):
    """98.5 is written as 98.5 and 135 as 135."""
    fields = json.loads(plain.to_json())["fields"]
    assert (fields["hotline_satisfaction_rate"]["value"], fields["case_files_reviewed"]["value"]) == (98.5, 135)


def test_blank_lines_and_a_byte_order_mark_are_passed_over(plain, failed, tmp_path):
    """What an editor adds to a file is no record and no error, and lines are counted as the editor counts them."""
    file = tmp_path / "records.jsonl"
    lines = ["\ufeff" + plain.to_json(), "", failed.to_json(), "  "]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert read_records(file) == [plain, failed]
    file.write_text(f"\ufeff\n{plain.to_json()}", encoding="utf-8")
    assert read_records(file) == [plain]
    file.write_text("\n".join([*lines, "{"]), encoding="utf-8")
    with pytest.raises(UsageError, match="line 5: not JSON"):
        read_records(file)


def test_records_come_one_at_a_time(plain, tmp_path):
    """What stands before a damaged line is given before the damage is met."""
    (tmp_path / "records.jsonl").write_text(f"{plain.to_json()}\n{{", encoding="utf-8")
    records = iterate_records(tmp_path)
    assert next(records) == plain
    with pytest.raises(UsageError, match="line 2: not JSON at column 2"):
        next(records)


def test_a_queue_comes_back(plain, disputed, tmp_path):
    """From its file or the folder, each record with its own part; without the file there is nothing to look at."""
    (tmp_path / "review.jsonl").write_text("".join(f"{one.to_json()}\n" for one in disputed.review), encoding="utf-8")
    assert list(iterate_review(tmp_path)) == list(iterate_review(tmp_path / "review.jsonl")) == disputed.review
    first, second = with_review([plain, disputed.with_review([])], tmp_path)
    assert (first.review, second.review) == ([], disputed.review)
    (tmp_path / "review.jsonl").unlink()
    assert with_review([disputed], tmp_path)[0].review == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda line: line[:-20], r"review.jsonl, line 2: not JSON at column \d+"),
        (lambda line: line.replace('"wrong": 0.4', '"wrong": 4'), "line 2: wrong: Input should be less than"),
        (lambda line: "[" * 100_000, "line 2: not a review: nested too deep"),
        (lambda line: "7", "line 2: the review: "),
    ],
)
def test_a_damaged_line_of_a_queue_is_named(damage, message, disputed, tmp_path):
    """As one of the records."""
    line = disputed.review[0].to_json()
    (tmp_path / "review.jsonl").write_text(f"{line}\n{damage(line)}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        list(iterate_review(tmp_path))


def test_what_is_to_be_looked_at_belongs_to_its_text(disputed, texts):
    """Every proposal's evidence lies in the text, and a figure's reads as it is quoted."""
    text = texts[disputed.doc_id]
    assert belongs(disputed, text)
    for review in disputed.review:
        (other,) = [one for one in disputed.review if one.field == review.field]
        alone = disputed.model_copy(update={"fields": {}, "metadata": {}, "lists": {}}).with_review([other])
        assert belongs(alone, text)
        assert not belongs(alone, text[:2])
    assert not belongs(disputed, text.replace("98.5%", "98.6%"))


def test_fields_of_every_kind_come_back(water_disputed, tmp_path):
    """Words, ranges and rows are read back as they were written, with what readers say of words."""
    (tmp_path / "records.jsonl").write_text(f"{water_disputed.to_json()}\n", encoding="utf-8")
    (tmp_path / "review.jsonl").write_text(
        "".join(f"{one.to_json()}\n" for one in water_disputed.review), encoding="utf-8"
    )
    (again,) = with_review(read_records(tmp_path), tmp_path)
    assert (again, again.review) == (water_disputed, water_disputed.review)


def test_rows_belong_to_their_text(water, texts):
    """The words of every cell are compared with what stands at its place."""
    rows = water.model_copy(update={"fields": {}, "metadata": {}, "lists": {}})
    text = texts["water"]
    assert belongs(rows, text)
    assert not belongs(rows, text.replace("正在施工", "已经施工"))
    assert not belongs(rows, text[:60])


def test_digits_alone_are_words_where_words_are_asked():
    """A record writes a year as a number, and it is read back as one."""
    assert [words_of(value) for value in ("完成", Decimal(2025), Decimal("98.5"), None)] == [
        "完成",
        "2025",
        "98.5",
        None,
    ]


def test_kept_texts(tmp_path):
    """A text comes from a mapping or from a run's folder, line ends and all; one that was not kept is None."""
    (tmp_path / "a.txt").write_bytes("一\r\n二\r三".encode())
    assert kept_text("a", tmp_path) == "一\r\n二\r三"
    assert kept_text("a", {"a": "一"}) == "一"
    assert kept_text("b", tmp_path) is None
    assert kept_text("b", {"a": "一"}) is None
    assert kept_text("a", tmp_path / "missing") is None


@pytest.mark.parametrize("doc_id", ["../secret", "sub/../../secret", "folder"])
def test_an_id_leads_to_no_other_file(doc_id, tmp_path):
    """Records may come from anybody: an id reaches neither out of the folder of texts nor at what is no file."""
    texts = tmp_path / "texts"
    (texts / "folder.txt").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    assert kept_text(doc_id, texts) is None


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    """A text that is a link to a file elsewhere is as good as not kept."""
    texts = tmp_path / "texts"
    texts.mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (texts / "a.txt").symlink_to(tmp_path / "secret.txt")
    assert kept_text("a", texts) is None


@pytest.mark.parametrize("doc_id", ["bad", "nul\0"])
def test_a_text_that_cannot_be_read(doc_id, tmp_path):
    """Bytes that are no UTF-8, and an id that is no name of a file, are one line for the user."""
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"cannot read .*\.txt: "):
        kept_text(doc_id, tmp_path)


def test_a_changed_text_is_told(plain, queued, texts):
    """What a record quotes is compared with what stands at its places, part by part; what quotes nothing agrees."""
    text = texts[plain.doc_id]
    total, held = plain.fields["emergency_drills"], queued.fields["entities_inspected"].held_back
    assert not astray(total, text)
    assert astray(total, text.replace("3场", "8场"))
    assert not astray(held, text)
    assert astray(held, f"。{text}")
    assert not astray(plain.fields["exam_passed"], text)


def test_whose_schema_the_records_are(plain, make_record):
    """Their own, where it is known or given; records of two schemas are not made one table."""
    other = make_record("other", load_schema(COMMUNIQUE))
    assert schema_of([other], str(COMMUNIQUE)).name == "communique"
    assert schema_of([]).name == schema_of([plain]).name == "law_based_government"
    with pytest.raises(UsageError, match="several schemas: communique, law_based_government"):
        schema_of([plain, other], str(COMMUNIQUE))
    with pytest.raises(UsageError, match="of the schema 'law_based_government', not of 'communique'"):
        schema_of([plain], str(COMMUNIQUE))
    with pytest.raises(SchemaError, match="give its file with --schema"):
        schema_of([other])


def test_a_run_remembers_its_schema(plain, make_record, tmp_path):
    """One of the user's own need not be said again; what is said counts before it; another's records do not fit it."""
    own = load_schema(COMMUNIQUE)
    records = [make_record("other", own)]
    (tmp_path / "schema.json").write_text(describe(own), encoding="utf-8")
    assert schema_of(records, folder=tmp_path).specs == read_schema(tmp_path).specs == own.specs
    assert schema_of(records, str(COMMUNIQUE), tmp_path).path == COMMUNIQUE
    with pytest.raises(
        UsageError, match=r"of the schema 'law_based_government', and .*schema\.json is of 'communique'"
    ):
        schema_of([plain], folder=tmp_path)
    with pytest.raises(SchemaError, match="give its file with --schema"):
        schema_of(records, folder=tmp_path / "of an earlier version")


def test_a_run_of_an_older_version(plain, tmp_path):
    """A record without what came later is read: rows, how its file was read, notices, usage, what was sent beside."""
    data = plain.to_data()
    for later in ("read", "notices", "usage", "checks", "lists"):
        del data[later]
    data["made_by"] = {"baogao": "0.0.1", "extractor": "rules", "schema": data["made_by"]["schema"]}
    (tmp_path / "records.jsonl").write_text(json.dumps(data), encoding="utf-8")
    (record,) = read_records(tmp_path)
    assert record.fields == plain.fields
    assert (record.notices, record.read, record.fit, record.made_by.model) == ([], None, None, None)


@pytest.mark.parametrize(
    ("version", "change", "said"),
    [
        (
            "99.0",
            {"aura": 1},
            "it was written by baogao 99.0, and this is .*, which does not know aura: update",
        ),
        (
            "0.10.9",
            {"status": "later"},
            "it was written by baogao 0.10.9, .* does not know status: update",
        ),
        (
            "0.0.1",
            {"aura": 1},
            "line 1: aura is nothing that baogao .* writes: is it of a later version",
        ),
        (None, {"aura": 1}, "line 1: aura is nothing that baogao"),
        ("x" * 9, {"status": "later"}, "line 1: status: "),
    ],
)
def test_a_run_of_a_later_version(version, change, said, plain, tmp_path):
    """It is said that it is later, and what is not known; a key of nobody's is said to be that."""
    data = plain.to_data() | change
    data["made_by"]["baogao"] = version or data["made_by"]["baogao"]
    (tmp_path / "records.jsonl").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_records(tmp_path)
