"""A schema as ``schema new`` writes it, with its rules, and a report that it reads."""

from __future__ import annotations

import pytest

from baogao.document import document_from_text
from baogao.extraction import ReportText
from baogao.schema import Schema, load_schema, new_schema

REPORT = """青溪县2023年办件情况报告

2024年1月15日

根据《青溪县办件管理办法》，现将有关情况报告如下。

一、主要情况
全年共收到申请1280件，同比下降2.3%；办结1216件，办结率95%。收到投诉17件。为企业和群众减免费用1.2亿元，人均减免300元。所有事项已经实现全程网办。2024年，办结率目标为96%至98%。

二、重点项目
大厅改造工程总投资320万元，已经完成；新系统建设工程总投资1500万元，正在建设。

三、存在的问题
（一）窗口人手不足。
（二）系统之间不通。
"""


@pytest.fixture(scope="session")
def skeleton(tmp_path_factory) -> Schema:
    """The schema that ``schema new`` writes, rules beside it."""
    return load_schema(new_schema(tmp_path_factory.mktemp("schema") / "permits.py"))


@pytest.fixture(scope="session")
def report(skeleton) -> ReportText:
    """The report with what that schema seeks in it."""
    return ReportText.from_document(document_from_text(REPORT, "qingxi"), skeleton.sought)
