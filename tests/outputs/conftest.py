"""Records to write and to show: one plain, one hostile, one failed."""

import pytest

from baogao.record import Check, Provenance, Record
from baogao.schema import Schema, load_schema
from baogao.schema.values import Answer, HeldBack, Item, TextAnswer

PLAIN_TEXT = (
    "青禾县人民政府关于2023年\n法治政府建设情况的报告\n\n一、主要工作\n"
    "全年评查案卷约135卷，抽查主体2600余户，满意率98.5%。\n截至目前，暂无行政复议案件。\n"
    "𬭎城镇开展防汛演练2场、消防演练3场。\n二、存在的问题\n一是力量\n不足，二是质量不高。\n"
)
HOSTILE_TEXT = "<script>window.hacked=1</script></script><img src=x onerror=hacked=1>\u2028评查案卷7卷&amp;<!--\n"


def answer(text: str, phrase: str, value: float, *, status: str = "reported", **more: object) -> Answer:
    """An answer whose evidence is the first place of ``phrase`` in ``text``."""
    start = text.index(phrase)
    defaults = {"bound": "exact", "confidence": 0.9, "by": "rules", "text": phrase}
    span = (start, start + len(phrase))
    return Answer(status=status, value=value, evidence=[span], **(defaults | more))


def record(doc_id: str, schema: Schema, **more: object) -> Record:
    """A record in which every field is there, silent unless it is given."""
    fields = {spec.id: Answer(status="not_reported") for spec in schema.figures} | more.pop("fields", {})
    defaults = {
        "source": f"reports/{doc_id}.txt",
        "sha256": "0" * 64,
        "schema_name": schema.name,
        "status": "ok",
        "made_by": Provenance(baogao="0.1.0", extractor="hybrid", schema_digest=schema.digest),
    }
    return Record(doc_id=doc_id, **({"fields": fields} | defaults | more))


def place(text: str, phrase: str) -> tuple[int, int]:
    """Where ``phrase`` stands first in ``text``."""
    return text.index(phrase), text.index(phrase) + len(phrase)


@pytest.fixture(scope="session")
def schema() -> Schema:
    """The flagship schema."""
    return load_schema()


@pytest.fixture(scope="session")
def make_record():
    """The function ``record``, for tests that need a report of their own."""
    return record


@pytest.fixture(scope="session")
def plain(schema: Schema) -> Record:
    """A report with every state, a bound, a sum, overlapping evidence, a doubtful answer and a check that fails."""
    text = PLAIN_TEXT
    title = (0, text.index("\n\n"))
    drills = [place(text, "2场"), place(text, "3场")]
    return record(
        "qinghe-2023",
        schema,
        metadata={
            "title": TextAnswer(value="青禾县人民政府关于2023年法治政府建设情况的报告", evidence=[title]),
            "jurisdiction": TextAnswer(value="青禾县", evidence=[(0, 3)]),
            "level": TextAnswer(value="county"),
        },
        fields={
            "case_files_reviewed": answer(text, "约135卷", 135, bound="about", unit="卷"),
            "entities_inspected": answer(text, "2600余户", 2600, bound="over", unit="户", by="rules+llm"),
            "hotline_satisfaction_rate": answer(text, "98.5%", 98.5, unit="%", confidence=0.31, by="llm"),
            "reconsideration_accepted": answer(text, "暂无行政复议案件", 0, status="reported_none"),
            "emergency_drills": Answer(
                status="reported", value=5, bound="exact", unit="场", evidence=drills, text="2场、3场", confidence=0.8
            ),
        },
        lists={
            "problems": [
                Item(text="力量\n不足", evidence=[place(text, "力量\n不足")]),
                Item(text="质量不高", evidence=[place(text, "质量不高")]),
            ],
            "plans": [],
        },
        checks=[
            Check(check="ordered", fields=["case_files_reviewed"], holds=False, message="135 < 140"),
            Check(check="ordered", fields=["entities_inspected"], holds=True, message="2600 >= 100"),
        ],
        notices=["the body is printed twice"],
    )


@pytest.fixture(scope="session")
def hostile(schema: Schema) -> Record:
    """A report whose every text is an attack."""
    return record(
        "=cmd|<b>",
        schema,
        source="</script><script>window.hacked=1</script>",
        metadata={"title": TextAnswer(value="=1+1<img src=x onerror=hacked=1>")},
        fields={"case_files_reviewed": answer(HOSTILE_TEXT, "7卷&amp;<!--", 7, by="</script>")},
        notices=["<svg onload=hacked=1>"],
    )


@pytest.fixture(scope="session")
def failed(schema: Schema) -> Record:
    """A document that could not be read."""
    return record("broken", schema, status="failed", error="the file is empty").model_copy(update={"fields": {}})


@pytest.fixture(scope="session")
def queued(schema: Schema) -> Record:
    """A report with one answer given and one held back."""
    held = HeldBack(
        status="reported",
        value=2600,
        bound="over",
        unit="户",
        evidence=[place(PLAIN_TEXT, "2600余户")],
        text="2600余户",
        confidence=0.41,
        by="llm",
        reason="less sure than 0.50",
    )
    fields = {
        "case_files_reviewed": answer(PLAIN_TEXT, "约135卷", 135, bound="about", unit="卷"),
        "entities_inspected": Answer(status="not_reported", held_back=held),
    }
    return record("queued", schema, fields=fields)


@pytest.fixture(scope="session")
def texts(plain: Record, hostile: Record, queued: Record) -> dict[str, str]:
    """The texts of those that were read."""
    return {plain.doc_id: PLAIN_TEXT, hostile.doc_id: HOSTILE_TEXT, queued.doc_id: PLAIN_TEXT}
