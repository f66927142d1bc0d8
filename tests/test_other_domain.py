"""The engine knows nothing of what shipped schemas ask: it reads another kind of report, and has no word of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from baogao.candidates import find_candidates
from baogao.document import document_from_text
from baogao.evaluation.compiling import build
from baogao.extraction import ReportText
from baogao.reading import provenance, read_record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema

ROOT = Path(__file__).parents[1]
COMMUNIQUE = ROOT / "tests" / "fixtures" / "communique"
REPORTS = sorted(COMMUNIQUE.glob("*.marked.txt"))
SCHEMA_WORDS = re.compile(
    "行政复议|复议|法治政府|法治|普法|述法|案卷|应诉|败诉|行政诉讼|执法|规范性文件|合法性审查|法律顾问|法律援助|法律明白人|公证|提案"
    "|双随机|网上可办|矛盾纠纷|人民调解|应急演练|依申请公开|评查"
    "|生产总值|GDP|规上|规模以上|固定资产|消费品|公共预算|城镇新增|可支配收入|进出口|失业率|城镇化率|老旧小区|粮食|优良天数|民生实事"
)


@pytest.fixture(scope="module")
def schema() -> Schema:
    """The communiqués' schema."""
    return load_schema(COMMUNIQUE / "communique.py")


@pytest.fixture(scope="module")
def extractor(schema: Schema) -> RulesExtractor:
    """Rules from the file beside it."""
    return RulesExtractor(load_rulebook(None, schema))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name.split(".")[0])
def test_rules_read_a_communique(schema, extractor, path):
    """Every figure, its bound, the title and the notes come out as the marks say, and nothing else."""
    text, gold = build(path, schema)
    document = document_from_text(text, gold.doc_id)
    candidates = find_candidates(document)
    extraction = extractor.link(ReportText(document, candidates))[0]
    record = read_record(ReportText(document, candidates), extraction, schema, provenance(schema, "rules"))
    for spec in schema.figures:
        expected, answer = gold.field(spec.id), record.fields[spec.id]
        assert (answer.status, answer.value) == (expected.status, expected.value), spec.id
        assert answer.bound == (expected.bound if expected.stated else None), spec.id
    assert record.metadata["title"].value == gold.metadata["title"]
    assert [item.evidence for item in record.lists["notes"]] == [copies[0] for copies in gold.lists["notes"]]


def test_the_fixture_is_worth_its_name(schema):
    """Two reports by different authors, five figures, one of them silent in two fields."""
    silent = [sum(not build(path, schema)[1].field(spec.id).stated for spec in schema.figures) for path in REPORTS]
    assert len(schema.figures) == 5
    assert sorted(silent) == [0, 2]


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: path.name)
def test_no_word_of_a_schema_in_the_engine(path):
    """What is particular to a kind of report lives in schemas/ and prompts/; only docstrings may give examples."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [
        f"line {node.lineno}: {match[0]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        for match in SCHEMA_WORDS.finditer(node.value)
    ]
    assert not found


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("templates/*.*")), ids=lambda path: path.name)
def test_no_word_of_a_schema_in_the_pages(path):
    """The pages that are written show any kind of report."""
    assert not SCHEMA_WORDS.findall(path.read_text(encoding="utf-8"))
