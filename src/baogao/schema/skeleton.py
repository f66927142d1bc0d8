"""A new schema to begin from: small, commented, with rules beside it; it loads, and it finds something."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from baogao.errors import SchemaError

_SCHEMA = '''\
"""What reports of the kind {name} are asked: one field of every kind, to change, to copy and to delete.

Change the labels and notes, then run: baogao schema check {file}
Labels and notes are in the language of the reports: forms and prompts print them.
"""

from typing import Annotated, ClassVar

from baogao.schema import Ask, Choice, Date, Figure, Group, Items, Quote, Relation, Report, Row, Text


class Results(Group):
    """主要指标"""

    # A figure: its label as the reports call it, its unit, and further words by which they name the same thing.
    cases_received: Annotated[Figure, Ask("收件数", unit="件", terms=["收到", "受理"])]
    """报告期内收到的件数。上年结转的不算。"""

    cases_closed: Annotated[Figure, Ask("办结数", unit="件", terms=["办结"])]
    """报告期内办结的件数。"""

    # A rate has the unit %. It is read where it is printed, never computed.
    closing_rate: Annotated[Figure, Ask("办结率", unit="%", terms=["办结率"])]
    """报告写出的办结率。"""

    # A change: figures of growth are allowed, and a decrease is negative.
    received_growth: Annotated[Figure, Ask("收件增幅", unit="%", allow=["growth"], signed=True, terms=["同比"])]
    """收件数比上年增长的百分比，下降写负数。"""

    # A target belongs to the next period; it may be printed as a range (95%-98%). Last year's figure: period="last".
    closing_rate_target: Annotated[
        Figure, Ask("办结率目标", unit="%", period="next", takes=["number", "range"], terms=["办结率", "目标"])
    ]
    """下一年的办结率目标。"""

    # The value is given in the field's unit, whatever is printed: 1.2亿元 is 12000万元.
    fees_reduced: Annotated[Figure, Ask("减免费用", unit="万元", terms=["减免", "减免费用"])]
    """报告期内为企业和群众减免的费用。"""


class Project(Row):
    """重点项目"""

    # The key names a row; the other cells may stay empty.
    name: Annotated[Quote, Ask("项目名称", key=True)]
    """项目的名称，照抄。"""

    cost: Annotated[Figure, Ask("投资额", unit="万元", allow=["target", "part"])]
    """这一项目的投资。"""

    stage: Annotated[Choice, Ask("进展", options=["完成", "在建", "计划"])]
    """报告说它到了哪一步。"""


class {class_name}(Report):
    """报告名称"""

    schema_name: ClassVar[str] = "{name}"

    # Whose period is asked about: "title" (the year in the title), "before_title" (a report given a year later),
    # "printed" (the first period that the report prints).
    reporting_year: ClassVar = "title"

    # Arithmetic that should hold; it is checked and never makes up a value.
    relations: ClassVar[tuple[Relation, ...]] = (
        Relation("rate", ("closing_rate", "cases_closed", "cases_received")),
        Relation("ordered", ("cases_received", "cases_closed")),
    )

    # Metadata.
    title: Annotated[Text, Ask("报告标题", role="title")]
    """报告上印出的完整标题。"""

    # A date or a month that is printed.
    published_on: Annotated[Date, Ask("发布日期", terms=["发布"])]
    """报告印出的发布日期。"""

    # Words as they are printed.
    legal_basis: Annotated[Quote, Ask("依据文件", terms=["根据", "依据", "按照"])]
    """报告编写所依据的文件名称，不带书名号。"""

    # One of several options; yes and no where none are given.
    online: Annotated[Choice, Ask("是否全程网办", terms=["全程网办", "网上办理"])]
    """报告说已经全程网办的是“是”，说尚未实现的是“否”。"""

    # Groups of figures.
    results: Results

    # Lists: one entry for each item of a section.
    problems: Annotated[Items, Ask("存在的问题")]
    """“存在的问题”部分的每一条。"""

    # Rows: a small record for each project, case or line of a table. A model fills them; rules do not.
    projects: Annotated[list[Project], Ask("重点项目")]
    """报告点名的项目，一个一行。"""
'''

_RULES = r"""# Rules for {file}; the format is described in docs/rules.md.
# № is the figure, # another one, ~ a short gap, … a wide one. Check the file with: baogao schema check {file}

words:                                # {{receive}} in any pattern below stands for these alternatives
  receive: 收到|接收|受理
  close: 办结|办理完成

units:                                # families of measure words
  case: [件, 宗]
  percent: ['%']
  money: [元]

topics:                               # what a passage talks about
  cases: [申请, 办件, 收件, 办结]
  fees: [费用, 减免]
  complaints: [投诉, 举报]            # answers nothing: it ends the topic before it

common_excludes:                      # figures in such a clause answer nothing
  average: {{match: '人均|平均|每天'}}

fields:                               # period and signs come from the schema: only words stand here
  cases_received:
    units: [case]
    topic: cases
    match: ['{{receive}}~№']
    exclude: 投诉|举报
    none: [申请]
  cases_closed:
    units: [case]
    topic: cases
    match: ['{{close}}~№']
    exclude: 投诉|举报
  closing_rate:
    units: [percent]
    topic: cases
    match: ['办结率~№']
  received_growth:
    units: [percent]
    topic: cases
    match: ['(?:增长|上升|下降|减少)~4№']
    exclude: 办结
  closing_rate_target:
    units: [percent]
    topic: cases
    match: ['办结率~№']
  fees_reduced:
    units: [money]
    topic: fees
    match: ['减免~№']

lists:
  problems: {{heading: 问题|不足, lead: '(?:问题|不足)[^。]{{0,20}}[：:。]$'}}

metadata:
  title: {{from: title, about: 办件|工作, ends: '报告$'}}

choices:                              # the first option counts that has a pattern in the text
  online:
    否: ['(?:尚未|没有|未能)[^，。]{{0,8}}全程网办']
    是: ['全程网办']

dates:                                # № is the date
  published_on: ['^[（(]?№[）)]?$', '№(?:发布|印发)']

quotes:                               # the group quote, or all of the match
  legal_basis: ['(?:根据|依据|按照)《(?P<quote>[^》]{{2,40}})》']
"""


def new_schema(path: str | Path, name: str | None = None) -> Path:
    """Write a small commented schema file that loads, for someone to go on from; and its rules, ``NAME.rules.yaml``.

    :param path: the file to write; ``.py`` is added when it is missing.
    :param name: by which records and gold will call it; by default the file's name.
    :returns: the path of the schema that was written.
    :raises SchemaError: one of the files exists, their folder does not, or the name is no identifier.
    """
    path = Path(path)
    path = path if path.suffix == ".py" else path.with_name(f"{path.name}.py")
    name = schema_name(path, name)
    rules = path.with_name(f"{path.stem}.rules.yaml")
    for file in (path, rules):
        if file.exists():
            raise SchemaError(f"{file} exists already; give another name")
    told = {"name": name, "file": path.name, "class_name": name.title().replace("_", "")}
    try:
        for file, text in ((path, _SCHEMA), (rules, _RULES)):
            with file.open("x", encoding="utf-8") as out:
                out.write(text.format(**told))
    except OSError as error:
        raise SchemaError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def schema_name(path: Path, name: str | None) -> str:
    """The name of a schema: the one that is given, or that of its file.

    :raises SchemaError: it is no identifier.
    """
    name = name or path.stem
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise SchemaError(f"a schema's name has small letters, digits and _ only, and begins with a letter: {name!r}")
    return name
