"""The report of a run: typed blocks first (``model``, ``build``), then pictures, a page and Markdown made of them."""

from baogao.evaluation.report.build import build_report
from baogao.evaluation.report.content import ReportModel
from baogao.evaluation.report.render import write_report

__all__ = ["ReportModel", "build_report", "write_report"]
