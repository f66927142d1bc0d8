"""The report of a run: typed blocks first (``content``, ``build``), then pictures, a page and Markdown."""

from baogao.evaluation.report.build import build_report
from baogao.evaluation.report.content import ReportModel
from baogao.evaluation.report.render import write_report

__all__ = ["ReportModel", "build_report", "write_report"]
