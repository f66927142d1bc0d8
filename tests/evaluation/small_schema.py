"""A schema of another kind of report, small enough to write its gold by hand."""

from typing import Annotated

from baogao.schema.fields import Ask, Figure, Group, Items, Report, Text


class Traffic(Group):
    """交通"""

    buses: Annotated[Figure, Ask("公交车辆数", unit="辆")]
    """年末公交车辆数。"""
    passengers: Annotated[Figure, Ask("客运量", unit="人次")]
    """全年客运量。"""
    punctuality: Annotated[Figure, Ask("正点率", unit="%")]
    """公交正点率。"""
    drills: Annotated[Figure, Ask("演练场次", unit="场", additive=True)]
    """演练场次，可相加。"""
    accidents: Annotated[Figure, Ask("责任事故数", unit="起")]
    """责任事故数。"""


class TrafficReport(Report):
    """公交年报"""

    schema_name = "small_schema"

    title: Annotated[Text, Ask("标题")]
    """标题。"""
    issuer: Annotated[Text, Ask("发布单位")]
    """发布单位。"""
    traffic: Traffic
    problems: Annotated[Items, Ask("问题")]
    """问题。"""
