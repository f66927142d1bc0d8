"""Names of files, and ids in records, that would lead somewhere else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.console import inert
from baogao.errors import DocumentError, GoldError, UsageError
from baogao.evaluation.datasets import check_dataset, load_gold
from baogao.inputs import find_sources, name_sources
from baogao.outputs.page import write_page
from cli.conftest import GOOD, rows


def id_of(stem: str) -> str:
    """The id that a file of this name gets."""
    (source,) = name_sources([Path("reports") / f"{stem}.txt"])
    return source.doc_id


@pytest.mark.parametrize(
    ("stem", "doc_id"),
    [
        ("丹江-2023", "丹江-2023"),
        ("..", "_.."),
        (".", "_."),
        ("..\\..\\etc", ".._.._etc"),
        ("a\nb\x1b]0;x\x07", "a_b_]0;x_"),
        ("\u202etxt.exe", "_txt.exe"),
        ("a\u200bb", "a_b"),
        ("CON", "_CON"),
        ("nul.2023", "_nul.2023"),
        ("com1", "_com1"),
        ("a:b?c*", "a_b_c_"),
        ("报" * 84, "报" * 66),
    ],
)
def test_ids_are_file_names_everywhere(stem, doc_id):
    """No path, no device of Windows, nothing that a terminal obeys, never too long; ordinary names stay."""
    assert id_of(stem) == doc_id


@given(st.text(min_size=1, max_size=120).filter(lambda text: "/" not in text and "\0" not in text and text.strip(".")))
def test_any_name_gives_a_harmless_id(stem):
    """Whatever a file is called, its text and its cassette are files of the folder they belong in."""
    doc_id = id_of(stem.encode("utf-8", "replace").decode())
    assert Path(f"{doc_id}.txt").name == f"{doc_id}.txt"
    assert inert(doc_id) == doc_id
    assert not set(doc_id) & set('<>:"/\\|?*')
    assert len(f"{doc_id}.txt".encode()) < 255


def test_names_that_one_file_system_takes_for_one():
    """Capitals and composed letters do not make two names of one."""
    ids = [source.doc_id for source in name_sources([Path("x/é.txt"), Path("y/e\u0301.txt"), Path("z/É.txt")])]
    assert ids == ["é", "e\u0301-2", "É-3"]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A report beside the folder that is given."""
    (tmp_path / "private.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path / "private.txt"


def test_a_link_out_of_the_folder_is_a_failed_row(extract, reports, outside):
    """A link that leads out of the folder or pattern is not followed; its row says why, and the others go on."""
    (reports / "link.txt").symlink_to(outside)
    for given_input in (reports, reports / "*.txt"):
        assert extract(given_input).code == 1
        good, link = rows()
        assert (good.status, link.status) == ("ok", "failed")
        assert "leads out of the folder" in link.error
        assert not Path("out/texts/link.txt").exists()


def test_links_that_are_followed(reports, outside):
    """A link inside the folder is followed, and so is a file that was named outright."""
    (reports / "again.txt").symlink_to(reports / "good.txt")
    (reports / "link.txt").symlink_to(outside)
    assert [source.read().text for source in find_sources([str(reports / "again.txt")])] == [GOOD]
    assert [source.read().text for source in find_sources([str(reports / "link.txt")])] == [GOOD]
    named = find_sources([str(reports), str(reports / "link.txt")])
    assert [source.read().text for source in named] == [GOOD, GOOD]


def test_a_folder_that_is_a_link_inside_the_folder(reports, tmp_path):
    """Folders that are links are not searched."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.txt").write_text(GOOD, encoding="utf-8")
    (reports / "way").symlink_to(tmp_path / "elsewhere")
    assert [source.doc_id for source in find_sources([str(reports)])] == ["good"]


def test_a_link_that_changed_since_it_was_found(reports, outside):
    """Where a link leads is looked at when it is read."""
    (source,) = find_sources([str(reports)])
    (reports / "good.txt").unlink()
    (reports / "good.txt").symlink_to(outside)
    with pytest.raises(DocumentError, match="leads out"):
        source.read()


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "*" * 300 + "x" * 5000])
def test_inputs_that_no_system_takes(name):
    """A name that cannot be is an error in words."""
    with pytest.raises(UsageError):
        find_sources([name])


@pytest.mark.parametrize("doc_id", ["../private", "/etc/hostname", "a/../../private", "x" * 300, "a\0b", "link"])
def test_an_id_in_a_record_leads_to_no_other_file(extract, baogao, reports, outside, doc_id):
    """The page of a run shows no text but those of its own folder, whatever its records say."""
    assert extract(reports).code == 0
    Path("out/private.txt").write_text("别人的秘密", encoding="utf-8")
    Path("out/texts/link.txt").symlink_to(outside.with_name("private.txt"))
    record = json.loads(Path("out/records.jsonl").read_text(encoding="utf-8"))
    record["doc_id"] = doc_id.replace("/etc/hostname", os.path.abspath("out/private"))  # noqa: PTH100
    Path("out/records.jsonl").write_text(json.dumps(record), encoding="utf-8")
    outside.write_text("别人的秘密", encoding="utf-8")
    outcome = baogao("review", "out", "--schema", Path(__file__).parents[1] / "fixtures/communique/communique.py")
    assert "Traceback" not in outcome.err
    assert "别人的秘密" not in Path("out/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("text_file", ["../private.txt", "/etc/hostname", "..", "", "a\0b", "x" * 300])
def test_gold_names_a_file_beside_it(tmp_path, outside, communique, text_file):
    """The text of a gold file stands beside it."""
    gold = {"doc_id": "a", "schema": communique.name, "text_file": text_file, "sha256": "0" * 64, "characters": 1}
    path = tmp_path / "set" / "a.gold.json"
    path.parent.mkdir()
    path.write_text(json.dumps(gold), encoding="utf-8")
    with pytest.raises(GoldError, match=r"a\.gold\.json|cannot be read"):
        load_gold(path, communique)
    assert check_dataset(path.parent, communique).findings


def test_texts_given_by_id_need_no_folder(communique, tmp_path):
    """A page of no records is a page."""
    write_page([], {}, communique, tmp_path / "index.html")
    assert "<title>" in (tmp_path / "index.html").read_text(encoding="utf-8")
