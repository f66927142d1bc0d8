"""The flagship schema says what the codebook says, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from baogao.schema import available_schemas, load_schema

CODEBOOK = Path(__file__).parents[2].parent / "shared" / "codebook.yaml"
METADATA = "title jurisdiction level period_start period_end issuer addressee"
FIGURES = """
service_items full_online_items online_service_rate time_limit_cut_rate power_list_items inspection_batches
joint_inspection_batches entities_inspected joint_entities_inspected normative_documents_reviewed legal_review_opinions
legal_adviser_coverage_rate collective_decisions npc_suggestions_handled cppcc_proposals_handled exam_candidates
exam_passed exam_pass_rate certificates_issued certificates_cancelled case_files_reviewed case_files_self_checked
case_file_problems enforcement_supervisors emergency_drills emergency_drill_participants disputes_handled
disputes_resolved dispute_resolution_rate people_mediation_cases reconsideration_applications reconsideration_accepted
reconsideration_concluded reconsideration_pending reconsideration_upheld reconsideration_overturned
reconsideration_settled reconsideration_settlement_rate litigation_cases litigation_dismissed litigation_lost
litigation_pending head_appearance_rate appearance_notices information_items_disclosed policy_interpretations
disclosure_requests hotline_orders hotline_satisfaction_rate publicity_events publicity_materials publicity_audience
publicity_videos legal_training_sessions officials_trained legal_awareness_leaders law_exemplar_households
school_legal_vice_principals legal_aid_cases notarisations foreign_notarisations legal_consultations
heads_reporting_on_site heads_reporting_in_writing units_reporting
"""


@pytest.fixture(scope="module")
def schema():
    """The flagship."""
    return load_schema()


def test_ids(schema):
    """Seven metadata fields, 65 figures in nine groups, two lists, in the codebook's order."""
    assert [spec.id for spec in schema.metadata] == METADATA.split()
    assert [spec.id for spec in schema.figures] == FIGURES.split()
    assert [spec.id for spec in schema.lists] == ["problems", "plans"]
    assert len(schema.figures) == 65
    assert len(schema.groups) == 9
    assert schema.name in available_schemas()


def test_only_drills_are_additive(schema):
    """Summing printed parts is allowed for one field."""
    assert [spec.id for spec in schema.figures if spec.additive] == ["emergency_drills"]


def test_every_field_has_words_to_find_it_by(schema):
    """A form's shortlist works on labels and terms."""
    assert all(spec.label and spec.note and (spec.terms or spec.kind != "figure") for spec in schema.specs)


@pytest.mark.skipif(not CODEBOOK.is_file(), reason="the codebook is not here")
def test_the_codebook_itself(schema):
    """Ids, labels, units, notes and groups are the codebook's, character by character."""
    book = yaml.safe_load(CODEBOOK.read_text(encoding="utf-8"))
    assert (schema.name, schema.version, schema.language) == (book["schema"], book["version"], book["language"])
    assert schema.groups == {group["id"]: group["label"] for group in book["groups"]}
    entries = [(entry, "") for entry in book["metadata"]]
    entries += [(entry, group["id"]) for group in book["groups"] for entry in group["fields"]]
    entries += [(entry, "") for entry in book["lists"]]
    for spec, (entry, group) in zip(schema.specs, entries, strict=True):
        expected = (entry["id"], entry["label"], entry["note"], entry.get("unit", ""), entry.get("additive", False))
        assert (spec.id, spec.label, spec.note, spec.unit, spec.additive) == expected
        assert spec.group == group
