"""Records to write and to show: one plain, one hostile, one failed."""

from decimal import Decimal
from pathlib import Path

import pytest

from baogao.record import Check, ProposedFigure, ProposedItems, ProposedText, Provenance, Record, Review
from baogao.schema import Schema, load_schema
from baogao.schema.values import Answer, HeldBack, Item, Reviewed, TextAnswer

EVERY_KIND = Path(__file__).parents[1] / "fixtures" / "every_kind.py"
PLAIN_TEXT = (
    "青禾县人民政府关于2023年\n法治政府建设情况的报告\n\n一、主要工作\n"
    "全年评查案卷约135卷，抽查主体2600余户，满意率98.5%。\n截至目前，暂无行政复议案件。\n"
    "𬭎城镇开展防汛演练2场、消防演练3场。\n二、存在的问题\n一是力量\n不足，二是质量不高。\n"
)
WATER_TEXT = (
    "关于2024年供水工作的报告\n（2025年1月8日）\n李 云\n\n全年计划任务顺利完成。"
    "供水总量1260.5万立方米，比上年下降2.3%。"
    "今年计划增长6.5%—7%。水表已全部装到户。未发生爆管，没有维修。\n新水厂总投资约8600万元，2024年6月投用；"
    "北岭泵站正在施工，需3000至3500万元。\n一是管网老化。\n"
)
HOSTILE_TEXT = "<script>window.hacked=1</script></script><img src=x onerror=hacked=1>\u2028评查案卷7卷&amp;<!--\n"


def answer(text: str, phrase: str, value: float | Decimal | str, *, status: str = "reported", **more: object) -> Answer:
    """An answer whose evidence is the first place of ``phrase`` in ``text``."""
    start = text.index(phrase)
    defaults = {"bound": "exact", "confidence": 0.9, "by": "rules", "text": phrase}
    span = (start, start + len(phrase))
    return Answer(status=status, value=value, evidence=[span], **(defaults | more))


def record(doc_id: str, schema: Schema, **more: object) -> Record:
    """A record in which every field is there, silent unless it is given."""
    fields = {spec.id: Answer(status="not_reported") for spec in schema.fields} | more.pop("fields", {})
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
def reviewed(schema: Schema, plain: Record) -> Record:
    """The plain report as people left it: a figure corrected, a none and an entry accepted, a silence confirmed."""

    def by(who: str, act: str, comment: str = "") -> Reviewed:
        return Reviewed(who=who, at="2026-03-05T08:09:10.123+00:00", act=act, comment=comment)

    corrected = {"value": Decimal(7), "by": "person", "confidence": None, "reviewed": by("李云", "correct", "看错行")}
    fields = plain.fields | {
        "case_files_reviewed": plain.fields["case_files_reviewed"].model_copy(update=corrected),
        "exam_passed": Answer(status="not_reported", reviewed=by("李云", "absent")),
        "reconsideration_accepted": plain.fields["reconsideration_accepted"].model_copy(
            update={"reviewed": by("王明", "accept")}
        ),
    }
    first, second = plain.lists["problems"]
    lists = plain.lists | {"problems": [first, second.model_copy(update={"reviewed": by("李云", "accept")})]}
    return plain.model_copy(update={"doc_id": "reviewed", "fields": fields, "lists": lists})


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


def proposed(phrase: str, value: float, by: str, confidence: float, **more: object) -> ProposedFigure:
    """A figure that is proposed, at the first place of ``phrase``."""
    defaults = {"status": "reported", "bound": "exact", "unit": None, "sentence": f"……{phrase}……"}
    evidence = [place(PLAIN_TEXT, phrase)]
    given = {"value": value, "by": by, "confidence": confidence, "evidence": evidence, "text": phrase}
    return ProposedFigure(**(defaults | given | more))


@pytest.fixture(scope="session")
def disputed(schema: Schema, plain: Record, queued: Record) -> Record:
    """A report over which readers differ: a figure that is given, one held back, one not given, metadata, a list."""
    one, other = (Item(text=words, evidence=[place(PLAIN_TEXT, words)]) for words in ("力量\n不足", "质量不高"))
    says = (
        (
            "problems",
            0.4,
            0.4,
            True,
            [ProposedItems(by="rules", items=[one, other]), ProposedItems(by="llm", items=[one])],
        ),
        (
            "hotline_satisfaction_rate",
            0.3,
            0.3,
            True,
            [
                proposed("98.5%", 98.5, "llm", 0.7, unit="%"),
                proposed("约135卷", 135, "rules", 0.2, bound="about", unit="卷"),
            ],
        ),
        ("entities_inspected", 0.25, 0.25, False, [proposed("2600余户", 2600, "llm", 0.41, bound="over", unit="户")]),
        ("exam_passed", 0.1, 0.1, False, [proposed("3场", 3, "rules", 0.1, unit="场")]),
        (
            "level",
            0.05,
            0.05,
            True,
            [ProposedText(by="rules", value="county"), ProposedText(by="llm", value="city", evidence=[(0, 3)])],
        ),
    )
    review = [
        Review(
            doc_id="disputed",
            source="reports/disputed.txt",
            field=name,
            label=schema.by_id[name].label,
            kind=schema.by_id[name].kind,
            reason="readers differ" if len(proposals) > 1 else "llm alone, held back: less sure than 0.50",
            wrong=wrong,
            priority=priority,
            given=given,
            proposals=proposals,
        )
        for name, wrong, priority, given, proposals in says
    ]
    fields = {
        "hotline_satisfaction_rate": answer(PLAIN_TEXT, "98.5%", 98.5, unit="%", confidence=0.7, by="llm"),
        "case_files_reviewed": answer(PLAIN_TEXT, "约135卷", 135, bound="about", unit="卷"),
        "entities_inspected": queued.fields["entities_inspected"],
    }
    made = record("disputed", schema, fields=fields, metadata=plain.metadata, lists=plain.lists)
    return made.with_review(review)


@pytest.fixture(scope="session")
def water_schema() -> Schema:
    """A schema with a field of every kind."""
    return load_schema(EVERY_KIND)


@pytest.fixture(scope="session")
def water(water_schema: Schema) -> Record:
    """A report that answers fields of every kind: words, a date, a range, a fall, rows."""
    text = WATER_TEXT

    def words(phrase: str, value: str, **more: object) -> Answer:
        return answer(text, phrase, value, bound=None, **more)

    fields = {
        "signed_on": words("2025年1月8日", "2025-01-08"),
        "manager": words("李 云", "李云", confidence=0.4),
        "plan_met": words("计划任务顺利完成", "完成", by="llm"),
        "water": answer(text, "1260.5万立方米", Decimal("1260.5"), unit="立方米"),
        "growth": answer(text, "下降2.3%", Decimal("-2.3"), unit="%"),
        "growth_target": answer(text, "6.5%—7%", Decimal("6.5"), upper=7, unit="%"),
        "repairs": answer(text, "没有维修", 0, status="reported_none"),
    }
    works = [
        {
            "name": words("新水厂", "新水厂"),
            "cost": answer(text, "约8600万元", 8600, bound="about", unit="元"),
            "opened": words("2024年6月", "2024-06"),
        },
        {
            "name": words("北岭泵站", "北岭泵站"),
            "cost": answer(text, "3000至3500万元", 3000, upper=3500, unit="元"),
            "stage": words("正在施工", "在建", confidence=0.3, by="llm"),
        },
    ]
    metadata = {
        "title": TextAnswer(value="关于2024年供水工作的报告", evidence=[place(text, "关于2024年供水工作的报告")])
    }
    lists = {"problems": [Item(text="管网老化", evidence=[place(text, "管网老化")])]}
    return record("water", water_schema, fields=fields, rows={"works": works}, metadata=metadata, lists=lists)


@pytest.fixture(scope="session")
def water_disputed(water: Record, water_schema: Schema) -> Record:
    """The same report, with readers that differ over a choice and a date."""

    def said(phrase: str, value: str, by: str) -> ProposedFigure:
        told = {"value": value, "by": by, "text": phrase, "sentence": f"……{phrase}……"}
        return ProposedFigure(status="reported", confidence=0.6, evidence=[place(WATER_TEXT, phrase)], **told)

    asked = {
        "plan_met": [said("计划任务顺利完成", "完成", "llm"), said("没有维修", "未完成", "rules")],
        "signed_on": [said("2025年1月8日", "2025-01-08", "rules"), said("2024年6月", "2024-06", "llm")],
    }
    review = [
        Review(
            doc_id=water.doc_id,
            source=water.source,
            field=name,
            label=water_schema.by_id[name].label,
            kind=water_schema.by_id[name].kind,
            reason="readers differ",
            wrong=0.4,
            priority=0.4,
            given=True,
            proposals=proposals,
        )
        for name, proposals in asked.items()
    ]
    return water.with_review(review)


@pytest.fixture(scope="session")
def texts(plain: Record, hostile: Record, queued: Record, disputed: Record) -> dict[str, str]:
    """The texts of those that were read."""
    ordinary = dict.fromkeys((plain.doc_id, queued.doc_id, disputed.doc_id), PLAIN_TEXT)
    return ordinary | {hostile.doc_id: HOSTILE_TEXT, "water": WATER_TEXT}
