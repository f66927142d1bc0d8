"""A schema with fields of every kind, small enough to write its gold by hand."""

from typing import Annotated, ClassVar

from baogao.schema import Ask, Choice, Date, Figure, Group, Items, Quote, Report, Row, Text


class Harbour(Group):
    """港口"""

    cargo: Annotated[Figure, Ask("货物吞吐量", unit="万吨", terms=["吞吐量"])]
    """全年货物吞吐量。"""
    cargo_growth: Annotated[Figure, Ask("吞吐量增速", unit="%", signed=True, allow=["growth"], terms=["吞吐量"])]
    """全年货物吞吐量的增速。"""
    cargo_target: Annotated[
        Figure, Ask("吞吐量目标", unit="%", period="next", allow=["growth"], takes=["number", "range"])
    ]
    """下一年吞吐量增长的目标。"""
    place: Annotated[Figure, Ask("全国位次", unit="位", takes=["rank"])]
    """吞吐量在全国的位次。"""
    coal_share: Annotated[Figure, Ask("煤炭占比", unit="%", takes=["number", "ratio"])]
    """货物构成中煤炭的一份。"""
    invested: Annotated[Figure, Ask("完成投资", unit="亿元")]
    """全年完成的投资。"""
    drills: Annotated[Figure, Ask("演练场次", unit="场", additive=True)]
    """演练场次，可相加。"""


class Berth(Row):
    """泊位"""

    name: Annotated[Quote, Ask("泊位名称", key=True)]
    """名称。"""
    cost: Annotated[Figure, Ask("造价", unit="亿元")]
    """造价。"""
    stage: Annotated[Choice, Ask("阶段", options=["建成", "在建"])]
    """到了哪一步。"""
    opened: Annotated[Date, Ask("启用日期")]
    """启用的日期。"""


class HarbourReport(Report):
    """港口年报"""

    schema_name: ClassVar[str] = "every_kind"

    title: Annotated[Text, Ask("标题", role="title")]
    """标题。"""
    issued_on: Annotated[Date, Ask("发布日期")]
    """发布的日期。"""
    issued_by: Annotated[Quote, Ask("发布人")]
    """发布人的姓名。"""
    plan_met: Annotated[Choice, Ask("计划完成情况", options=["完成", "未完成"])]
    """全年计划是否完成。"""
    harbour: Harbour
    problems: Annotated[Items, Ask("问题")]
    """问题。"""
    berths: Annotated[list[Berth], Ask("泊位")]
    """点名的泊位。"""
