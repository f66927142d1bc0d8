"""Records and texts read back from what a run left."""

import json

import pytest

from baogao.errors import UsageError
from baogao.outputs.records import read_records


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
