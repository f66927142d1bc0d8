"""What is printed at a place, against what gold says: signs, ranges, ranks, units, dates, quotes, options."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.gold import Reading
from baogao.evaluation.printed import Printed, fault_of
from evaluation.test_checking import found_in


@pytest.mark.parametrize(
    "source",
    [
        "吞吐量{1.2亿吨|cargo=12000}",
        "吞吐量{1200万吨|cargo=1200}",
        "吞吐量{24亿斤|cargo=120}",
        "吞吐量（万吨）{1200|cargo=1200}",
        "下降{2.3%|cargo_growth=-2.3}",
        "同比{负增长2.3%|cargo_growth=-2.3}",
        "增速为{-2.3%|cargo_growth=-2.3}",
        "增长{2.3%|cargo_growth=2.3}",
        "由上年下降转为增长{2.3%|cargo_growth=2.3}",
        "增长{6%—6.5%|cargo_target=6..6.5}",
        "增长{6-6.5%|cargo_target=6..6.5}",
        "增长{百分之六至百分之七|cargo_target=6..7}",
        "增长{6%左右|cargo_target~6}",
        "居全国{第三|place=3}",
        "居全国{第3位|place=3}",
        "居全国{首位|place=1}",
        "煤、矿、箱之比为{15|coal_share=15}:61.9:23.1",
        "投资{3.2亿元|invested=3.2}",
        "投资{3200万元|invested=0.32}",
        "{2025年1月8日|issued_on=2025-01-08}",
        "{二〇二五年一月八日|issued_on=2025-01-08}",
        "{2025年|issued_on=2025}",
        "{2025-1-8|issued_on=2025-01-08}",
        "{王 海\n川|issued_by}",
        "{圆满|plan_met=完成}",
    ],
)
def test_values_in_every_dress_pass(every_kind, source: str) -> None:
    """Evidence that reads as the value in the field's unit is fine, however it is printed."""
    assert found_in(every_kind, source) == []


@pytest.mark.parametrize(
    ("source", "level", "message"),
    [
        ("吞吐量{1.2亿吨|cargo=1.3}", "error", "reads as 12000, and the gold says 1.3"),
        ("投资{3.2亿美元|invested=3.2}", "error", "is in '美元', and the field in '亿元'"),
        ("增长{2.3%|cargo_growth=-2.3}", "warning", "no word before '2.3%' says that it falls"),
        ("下降{2.3%|cargo_growth=2.3}", "warning", "says that it falls, and the gold says 2.3"),
        ("增长{6%|cargo_target=6..7}", "error", "does not read as a range"),
        ("增长{6%—7%|cargo_target=6..8}", "error", "reads as 6 to 7, and the gold says 6 to 8"),
        ("居全国{前列|place=3}", "error", "does not read as a figure"),
        ("居全国{首位|place=2}", "error", "does not read as a figure"),
        ("占{15|coal_share=15}", "warning", "no per cent sign"),
        ("{2025年1月9日|issued_on=2025-01-08}", "error", "does not read as 2025-01-08"),
        ("{2025年1月8日|issued_on=2025-01}", "error", "does not read as 2025-01"),
        ("{1月8日|issued_on=2025-01-08}", "warning", "prints only a part of 2025-01-08"),
        ("{今天|issued_on=2025-01-08}", "error", "does not read as a date"),
    ],
)
def test_values_that_are_not_printed(every_kind, source: str, level: str, message: str) -> None:
    """A contradiction is an error; what may stand elsewhere in the text, a sign or a year, is a warning."""
    found = found_in(every_kind, source)
    assert any(one == level and message in said for one, said in found), found


@pytest.mark.parametrize(
    ("field", "change", "message"),
    [
        ("cargo", {"value": -5}, "is negative, and the field has no sign"),
        ("cargo", {"value": "很多"}, "is a figure, and its value is '很多'"),
        ("cargo", {"upper": 9}, "has two bounds, and the field takes no range"),
        ("plan_met", {"value": "超额"}, "is '超额', which is none of its options: 完成, 未完成"),
        ("plan_met", {"status": "reported_none", "value": 0}, "is a choice: it is reported with one value, or not"),
        ("issued_on", {"value": "2025-02-30"}, "is '2025-02-30', and no date"),
        ("issued_by", {"value": "李海川"}, "the text has '王海川' there, and the gold quotes '李海川'"),
    ],
)
def test_values_that_a_field_cannot_have(every_kind, field: str, change: dict, message: str) -> None:
    """One clear line each: a choice outside its options, a quote that is not in the text, a date of no calendar."""
    source = "{1200万吨|cargo=1200}{圆满|plan_met=完成}{2025年|issued_on=2025}{王海川|issued_by}"
    found = found_in(every_kind, source, lambda data: data["fields"][field].update(change))
    assert [(level, said.count(message)) for level, said in found] == [("error", 1)]


@given(st.integers(1, 999), st.sampled_from(["万吨", "亿吨", "吨", "斤", "万元"]), st.integers(1, 999))
def test_a_value_is_said_just_where_it_converts(every_kind, printed: int, unit: str, stated: int) -> None:
    """The printed number in the field's unit, and no other; of what measures something else the number itself."""
    spec, text = every_kind.by_id["cargo"], f"{printed}{unit}"
    factor = {"万吨": 1, "亿吨": 10**4, "吨": Decimal("1e-4"), "斤": Decimal("5e-8"), "万元": 10**4}[unit]
    for value in (printed * factor, Decimal(stated)):
        reading = Reading(status="reported", value=value)
        assert fault_of(spec, reading) is None
        assert Printed(text, [(0, len(text))], spec).says(reading) is (value == printed * factor)
