"""Gold written by hand: a report with inline marks, compiled to offsets.

Counting characters by hand is how gold goes wrong, so an annotator marks the text instead::

    共评查案卷{135卷|case_files_reviewed=135}，抽查{2600余户|entities_inspected>2600}。
    截至目前，{暂无行政复议案件|reconsideration_accepted=none, reconsideration_applications?=none}。

A mark is ``{TEXT|LABEL, LABEL}``; marks nest; ``\\{``, ``\\|`` and ``\\}`` stand for the characters themselves, and in
a label ``\\,`` and ``\\}``. A label is

=============================  =====================================================================================
``field=135``                  the field is reported; ``>`` over, ``<`` under, ``~`` about, ``=`` exact
``field=-2.3``                 a decrease, of a field that has a sign
``field=6..6.5``               a range, its two bounds
``field=none``                 reported_none: the text says in words that there was none
``field=2025-01-08``           a date, or its first parts
``field=OPTION``               a choice, on the words that decide it
``field``                      a quote: the marked text, without white space, is its value
``field?=135``, ``field?``     an alternative reading of that field (``field?=none`` likewise)
``field+=2``                   one printed part of an additive field; ``field+2=2``: of its second copy
``projects.1.investment=3.2``  a cell of row 1 of a list of rows, with a label of its own kind
``projects.3.name?``           a row that is named only so may be there or not: whatever is said of it is an alternative
``problems``                   a list item's head; the same text marked again is another copy of the same item
=============================  =====================================================================================

The numbers of rows are the annotator's own; rows come out in their order.

A number behind 各 that an additive field takes counts for each of the nouns before it: in
森林扑火演练、消防演练各{1场|drills=1} it is 2.

The same field marked twice with the same value is printed twice: two copies, either one right. The front matter,
between two lines ``---``, holds ``metadata:`` (and, if it differs from the file's name, ``doc_id:``) as YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from baogao.errors import GoldError
from baogao.resources import read_yaml
from baogao.schema.values import Bound, Span

BOUNDS: dict[str, Bound] = {"=": "exact", ">": "over", "<": "under", "~": "about"}
"""What stands between a label's field and its value."""
_FRONT = re.compile(r"---\n(.*?\n)---\n", re.DOTALL)
"""The front matter, with its two lines of hyphens."""
_LABEL = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*)(?:\.(?P<row>\d{1,6})\.(?P<cell>[a-z][a-z0-9_]*))?"
    r"(?:(?P<alternative>\?)|(?P<part>\+)(?P<copy>\d*))?"
    r"(?:(?P<bound>[=<>~])\s*(?P<said>.+))?",
    re.DOTALL,
)
"""A field, list or cell, what kind of reading this is (``?``, or ``+`` and the number of a copy), bound and value."""
_ESCAPED = re.compile(r"\\([,}\\])")
_LABELS_END = re.compile(r"(?:\\.|[^\\}])*(?=\})", re.DOTALL)
"""Everything up to the brace that ends a mark."""
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True)
class Mark:
    """One label on one stretch of text: ``span`` counts in characters of the compiled text, end exclusive."""

    name: str
    span: Span
    text: str
    line: int
    """Of the marked file, from 1, where the mark ends."""
    said: str | None = None
    """The value as it is written; None for an entry of a list, and a quote."""
    bound: Bound = "exact"
    alternative: bool = False
    part_of_copy: int | None = None
    """Which copy of an additive field this is a part of (from 1), or None."""
    row: int | None = None
    """Which row of a list of rows, as the annotator numbers them; None for what is no cell."""
    cell: str = ""
    """The cell's id; empty for what is none."""

    @property
    def label(self) -> str:
        """What is marked, as the annotator writes it, without its value."""
        return self.name if self.row is None else f"{self.name}.{self.row}.{self.cell}"


@dataclass
class MarkedReport:
    """A compiled report: plain text, its marks in reading order, and the front matter."""

    text: str
    marks: list[Mark]
    front: dict[str, Any] = field(default_factory=dict)


def parse(source: str, name: str = "text") -> MarkedReport:
    """Compile a marked report.

    :param source: the marked text, front matter included.
    :param name: what an error calls the file.
    :raises GoldError: an unbalanced brace, a mark without a label, a label that does not parse; with its line.
    """
    front: Any = {}
    matter = _FRONT.match(source)
    if matter is not None:
        try:
            front = read_yaml(matter[1]) or {}
        except yaml.YAMLError as error:
            raise GoldError(f"{name}: the front matter is not YAML: {' '.join(str(error).split())}") from error
        if not isinstance(front, dict):
            raise GoldError(f"{name}: the front matter must be a mapping")
    before = matter[0] if matter else ""
    scanner = _Scanner(source.removeprefix(before), name, before.count("\n"))
    scanner.run()
    return MarkedReport("".join(scanner.out), sorted(scanner.marks, key=lambda m: (m.span[0], -m.span[1])), front)


@dataclass
class _Scanner:
    """One pass over the body: ``out`` grows character by character, ``open_marks`` is the stack of open braces."""

    body: str
    name: str
    line_offset: int
    """Lines of front matter before the body."""
    out: list[str] = field(default_factory=list)
    open_marks: list[int] = field(default_factory=list)
    """Where in ``out`` each open mark begins, the innermost last."""
    marks: list[Mark] = field(default_factory=list)
    position: int = 0

    def run(self) -> None:
        while self.position < len(self.body):
            char, following = self.body[self.position], self.body[self.position + 1 : self.position + 2]
            if char == "|" and self.open_marks:
                self._close()
                continue
            if char == "}":
                raise self._error("a } without its mark (write \\} for the character itself)")
            if char == "\\" and following in {"{", "|", "}"}:
                self.out.append(following)
                self.position += 1
            elif char == "{":
                self.open_marks.append(len(self.out))
            else:
                self.out.append(char)
            self.position += 1
        if self.open_marks:
            raise self._error("a mark is opened with { and never closed")

    def _close(self) -> None:
        """Read the labels up to the brace, and go on behind it."""
        labels = _LABELS_END.match(self.body, self.position + 1)
        if labels is None:
            raise self._error("a mark is opened with { and never closed")
        span = (self.open_marks.pop(), len(self.out))
        if span[0] == span[1]:
            raise self._error("a mark around nothing")
        self.marks += [self._mark(label.strip(), span) for label in _COMMA.split(labels[0])]
        self.position = labels.end() + 1

    def _mark(self, label: str, span: Span) -> Mark:
        match = _LABEL.fullmatch(label)
        text = "".join(self.out[span[0] : span[1]])
        if match is None:
            raise self._error(f"cannot read the label {label!r} on {text!r}")
        return Mark(
            name=match["name"],
            span=span,
            text=text,
            line=self._line(),
            said=_ESCAPED.sub(r"\1", match["said"]) if match["said"] else None,
            bound=BOUNDS[match["bound"] or "="],
            alternative=bool(match["alternative"]),
            part_of_copy=int(match["copy"] or 1) if match["part"] else None,
            row=int(match["row"]) if match["row"] else None,
            cell=match["cell"] or "",
        )

    def _line(self) -> int:
        return self.body.count("\n", 0, self.position) + self.line_offset + 1

    def _error(self, message: str) -> GoldError:
        return GoldError(f"{self.name}, line {self._line()}: {message}")
