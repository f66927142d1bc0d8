"""Whether a report is of its schema's kind: none of the right kind is doubted, those of other kinds are."""

from __future__ import annotations

from pathlib import Path

import pytest

import baogao
from baogao.document import document_from_text, read_document
from baogao.extraction import ReportText
from baogao.fit import fit_of, hardly_fits
from baogao.record import Fit
from baogao.schema import Schema, load_schema

ROOT = Path(__file__).parents[1]
OTHER_KINDS = sorted((ROOT / "tests" / "fixtures" / "other_kinds").glob("*.txt"))
COMMUNIQUES = ROOT / "tests" / "fixtures" / "communique"
MUSEUM = ROOT / "tests" / "fixtures" / "museum" / "museum.py"


def fit(path: Path, schema: Schema) -> Fit | None:
    """How a report fits."""
    report = ReportText.from_document(read_document(path), schema.sought)
    return fit_of(report.document, report.candidates, schema)


def test_texts_of_other_kinds():
    """Communiqués, budgets and others hardly fit either of the schemas that come with baogao."""
    assert len(OTHER_KINDS) >= 12
    for name in ("law_based_government", "government_work_report"):
        schema = load_schema(name)
        assert [path.stem for path in OTHER_KINDS if not hardly_fits(fit(path, schema))] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "eval" / "datasets" / "examples").glob("*.txt")), ids=lambda one: one.stem
)
def test_reports_of_the_right_kind(path):
    """They fit their schema, and not another one."""
    assert not hardly_fits(fit(path, load_schema("law_based_government")))
    assert hardly_fits(fit(path, load_schema("government_work_report")))


def test_another_schema():
    """A schema of few fields is fitted by reports that print many other figures, too."""
    schema = load_schema(COMMUNIQUES / "communique.py")
    for path in COMMUNIQUES.glob("*.marked.txt"):
        assert not hardly_fits(fit(path, schema))


def test_where_too_little_is_there():
    """Of few numbers nothing is said, be they ever so strange; nor of a schema without figures."""
    schema = load_schema("law_based_government")
    report = ReportText.from_document(document_from_text("粮食产量18.7万吨，油料2.4万吨，蔬菜26.8万吨。"))
    assert fit_of(report.document, report.candidates, schema) is None
    assert hardly_fits(Fit(numbers=8, answers=0, fields=0, title=0))


def test_the_title_counts():
    """Of two reports with the same figures the one that is called as the schema is fits better."""
    schema = load_schema(COMMUNIQUES / "communique.py")
    body = "年末公路里程12公里。" * 9
    named, other = (
        ReportText.from_document(document_from_text(f"南屏县{title}\n\n{body}"))
        for title in (schema.title, "交通运输志")
    )
    with_title, without = (fit_of(one.document, one.candidates, schema) for one in (named, other))
    assert (with_title.title, without.title) == (1, 0)
    assert (with_title.answers, with_title.fields) == (without.answers, without.fields)


def test_the_record_says_so():
    """A key and a notice, and none of both in a record of the right kind."""
    path = ROOT / "tests" / "fixtures" / "other_kinds" / "communique-1.txt"
    record = baogao.extract(path, extractor="rules")
    assert record.fit is not None
    assert record.to_data()["fit"]["numbers"] == record.fit.numbers > 8
    assert record.notices[-1].startswith("it hardly fits the schema “")
    assert record.notices[-1].endswith("and its beginning does not name that kind of report")
    right = baogao.extract(ROOT / "eval" / "datasets" / "examples" / "qinghe-2023.txt", extractor="rules")
    assert "fit" not in right.to_data()
    assert not any("hardly fits" in notice for notice in right.notices)
