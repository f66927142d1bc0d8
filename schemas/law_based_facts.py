"""What reports on law-based government say in words: the date, documents, honours, a demonstration.

Their figures are asked by ``law_based_government``; both may be asked of the same report.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from baogao.schema import Ask, Choice, Date, Quote, Report, Row, Text


class Document(Row):
    """文件"""

    title: Annotated[Quote, Ask("文件名称", key=True)]
    """文件的名称，照抄，不带书名号。"""

    action: Annotated[Choice, Ask("做了什么", options=["制定", "修订", "废止"])]
    """制定（制定、出台、印发、编制、发布、起草并通过）；修订（修订、修改、完善后重印）；废止（废止、宣布失效）。没有说的缺失。"""

    number: Annotated[Quote, Ask("文号")]
    """印出的发文字号，如“青政发〔2023〕5号”；没有则缺失。"""


class Honour(Row):
    """荣誉"""

    name: Annotated[Quote, Ask("称号", key=True)]
    """称号、奖项的名称，照抄，不带引号。"""

    awarded_by: Annotated[Quote, Ask("授予单位")]
    """授予的机关、组织，照抄；只写“省级”“全国”而没有单位的缺失。"""

    winner: Annotated[Quote, Ask("获得者")]
    """得到它的单位、村、人，照抄；就是报告主体的缺失。"""


class LawBasedFacts(Report):
    """法治政府建设情况报告里的文字事项"""

    schema_name: ClassVar[str] = "law_based_facts"
    schema_version: ClassVar[int] = 1

    title: Annotated[Text, Ask("报告标题", role="title")]
    """报告上印出的完整标题；标题被换行断开时拼接，去掉空白。没有标题行则缺失。"""

    dated: Annotated[Date, Ask("成文日期", terms=["年月日", "印发", "发布时间"])]
    """文首或落款印出的成文日期。只有网页的发布时间时取发布时间；正文里做某事的日期不算。"""

    demonstration: Annotated[
        Choice,
        Ask(
            "法治政府示范创建",
            options=["获评", "创建中"],
            terms=["法治政府建设示范", "示范创建", "示范县", "示范项目"],
        ),
    ]
    """本地区（含下辖地区）、本部门的法治政府建设示范地区或示范项目：被命名、获评的是“获评”；正在创建、申报、迎评的是“创建中”。
    没有写的缺失，只说下一年要争创的也缺失。民主法治示范村、普法示范点、学法示范户、别的示范都不算。"""

    briefed: Annotated[
        Choice,
        Ask("是否听取法治工作汇报", options=["是", "否"], terms=["听取", "汇报", "专题研究", "常务会议", "党组会"]),
    ]
    """报告写明本期政府常务会议、党委（党组）会议、法治委员会会议听取法治政府建设（依法治县、法治工作）汇报或专题研究其工作的是“是”；
    写明没有的是“否”。没有写的缺失；会前学法、传达上级会议不算。"""

    documents: Annotated[list[Document], Ask("文件")]
    """本期由本地区、本部门制定、修订、废止，并用书名号写出名称的文件、规划、办法、清单。法律法规、上级的文件、只是学习或落实的文件、读本和节目不算。"""

    honours: Annotated[list[Honour], Ask("荣誉")]
    """本期本地区及其部门、乡镇、村、人员得到的荣誉称号和奖项，一个称号一行。正在创建的、本地区授予别人的、只写个数而没有名称的，以及通报表扬、
    典型案例、考核名次、评查等次不算。"""
