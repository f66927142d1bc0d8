"""The sheet of what a person should look at: the run's queue, and answers that are unsure or held back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from baogao.outputs.book.listing import Listing
from baogao.outputs.book.styles import Styles
from baogao.outputs.exported import Exported
from baogao.outputs.headings import Cell, readers
from baogao.outputs.long import Sentences, Statement, all_statements, link_to
from baogao.outputs.records import words_of
from baogao.outputs.tables import on_one_line
from baogao.outputs.views import REVIEW_BELOW
from baogao.record import ProposedFigure, ProposedItems, ProposedText, Record, Review
from baogao.schema.values import Answer, HeldBack

_COLUMNS = (
    ("报告", 24),
    ("指标", 26),
    ("原因", 26),
    ("已填入", 8),
    ("可能有误", 9),
    ("读到的内容", 50),
    ("所在句", 64),
)
_REASONS = {
    "readers differ": "读法不一",
    "held back": "未采用",
    "less sure than": "置信度低于",
    "rules alone": "仅规则读到",
    "llm alone": "仅模型读到",
}


class WaitingSheet:
    """What waits; what a person decided meanwhile waits no more.

    :param page: the address of the run's page.
    """

    def __init__(self, sheet: Any, exported: Exported, styles: Styles, page: str) -> None:
        self._exported = exported
        self._page = page
        self._listing = Listing(sheet, [*_COLUMNS, ("链接", 8)], styles, empty="没有待核的内容")
        self._queued: dict[str, set[str]] = {}
        for review in exported.queue():
            self._queued.setdefault(review.doc_id, set()).add(review.field)
        self._waits: set[tuple[str, str]] = set()
        self._doubts: list[tuple[float, Sequence[Cell], str]] = []

    def note(self, record: Record, sentences: Sentences) -> int:
        """Take a report; how many of its answers wait."""
        statements = [*all_statements(record, self._exported.schema)]
        queued = self._queued.get(record.doc_id, set()) - _decided(statements)
        self._waits |= {(record.doc_id, name) for name in queued}
        doubtful = [one for one in statements if one.name not in queued and _is_doubtful(one)]
        for one in doubtful:
            self._doubts.append(self._doubt(record, one, sentences.of(one)))
        return len(queued) + len(doubtful)

    def close(self) -> None:
        """Write the queue in its order, and behind it the rest, most valuable first."""
        for review in self._exported.queue():
            if (review.doc_id, review.field) in self._waits:
                link = link_to(review.doc_id, review.field, self._page)
                self._add([*_cells_of(review)], link)
        for _, cells, link in sorted(self._doubts, key=lambda doubt: -doubt[0]):
            self._add(cells, link)
        self._listing.close()

    def _add(self, cells: Sequence[Cell], link: str) -> None:
        self._listing.add([*cells, "打开"], {len(cells): f"external:{link}"})

    def _doubt(self, record: Record, one: Statement, sentence: str | None) -> tuple[float, Sequence[Cell], str]:
        given = one.given
        assert isinstance(given, Answer | HeldBack)
        confidence, held = given.confidence or 0.0, isinstance(given, HeldBack)
        wrong = confidence if held else 1 - confidence
        reason = f"未采用：{_in_chinese(given.reason)}" if isinstance(given, HeldBack) else "把握不足"
        read = f"{readers(given.by or '')}：{on_one_line(given.text or '')}"
        cells = (record.doc_id, one.label, reason, "否" if held else "是", round(wrong, 2), read, sentence)
        return wrong, cells, link_to(record.doc_id, one.key, self._page)


def _is_doubtful(one: Statement) -> bool:
    given = one.given
    if isinstance(given, HeldBack):
        return True
    sure = not isinstance(given, Answer) or given.confidence is None or given.confidence >= REVIEW_BELOW
    return not sure and one.reviewed is None


def _decided(statements: Iterable[Statement]) -> set[str]:
    """The fields that a person has looked at, every entry of them."""
    looked: dict[str, bool] = {}
    for one in statements:
        name = one.of.id if one.of else one.spec.id
        looked[name] = looked.get(name, True) and one.reviewed is not None
    return {name for name, whole in looked.items() if whole}


def _cells_of(review: Review) -> Iterable[Cell]:
    sentences = [one.sentence for one in review.proposals if isinstance(one, ProposedFigure) and one.sentence]
    yield from (review.doc_id, review.label, _in_chinese(review.reason), "是" if review.given else "否")
    yield round(review.wrong, 2)
    yield "\n".join(map(_proposal, review.proposals))
    yield "\n".join(dict.fromkeys(sentences)) or None


def _proposal(one: ProposedFigure | ProposedText | ProposedItems) -> str:
    if isinstance(one, ProposedItems):
        said = "；".join(on_one_line(item.text) for item in one.items)
    elif isinstance(one, ProposedText):
        said = one.value
    else:
        said = on_one_line(one.text) or words_of(one.value) or ""
    return f"{readers(one.by)}：{said}"


def _in_chinese(reason: str) -> str:
    for words, chinese in _REASONS.items():
        reason = reason.replace(words, chinese)
    return reason.replace(", ", "，").replace(": ", "：")
