"""What prompts say of figures that answer nothing: the part of a question that belongs to a kind of report."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Wording:
    """Sentences and phrases in the language of the reports, one for each way of asking."""

    form: str = "去年的数字、明年的目标、某一单位的分项不填。"
    """A sentence: what is not filled in."""
    choice: str = "去年的数字、目标、某一单位或某一项活动的分项"
    """A phrase: what is none of the options, and what no number of a tagged passage answers."""
    link: str = (
        "只认报告主体（部门报告含其主管业务的全域合计）本期的数字；期末存量、本期完成的上年度工作也算。去年的数字、增幅、历年累计、目标、"
        "某一单位的分项、某一主题或活动的单项、法院和检察院的数字都不是答案。"
    )
    """A sentence or some: whose and which period's figures answer, and which do not."""

    def variables(self) -> dict[str, str]:
        """What it is called in a template, ``wording.form``, to what it says."""
        return {f"wording.{name}": text for name, text in asdict(self).items()}
