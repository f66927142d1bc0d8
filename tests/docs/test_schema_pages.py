"""The schemas and the rules that docs/schemas.md and docs/rules.md print load as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from baogao.rules.rules_file import parse_rules
from baogao.schema import load_schema
from docs.test_pages_run import blocks

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("source", blocks(DOCS / "schemas.md", "python"), ids=["small", "every kind", "plain"])
def test_a_schema_of_the_page(source, tmp_path):
    """It loads, and asks for as many fields as it shows."""
    path = tmp_path / "shown.py"
    path.write_text(source, encoding="utf-8")
    schema = load_schema(path)
    fields = [one for spec in schema.specs for one in (spec, *spec.cells)]
    lines = [
        line for line in source.splitlines() if line.startswith("    ") and ": " in line and "ClassVar" not in line
    ]
    groups = [line for line in lines if line.strip() == "results: Results"]
    assert len(fields) == len(lines) - len(groups)


def test_the_rules_of_the_page(tmp_path):
    """They have the shape of a rules file."""
    (source,) = blocks(DOCS / "rules.md", "yaml")
    assert (
        parse_rules(tmp_path / "shown.rules.yaml", source).choices["online"]
        == yaml.safe_load(source)["choices"]["online"]
    )
