"""Which files are read, in which order, and what they are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import DocumentError, UsageError
from baogao.inputs import find_sources, name_sources


def write(folder: Path, *names: str) -> None:
    """Empty files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_folder_is_searched_to_the_bottom(tmp_path):
    """Reports in any known format, in the order of their names; hidden files and other kinds are left out."""
    write(tmp_path, "r/b.txt", "r/a/c.PDF", "r/d.html", "r/.e.txt", "r/.git/f.txt", "r/g.json", "r/h.docx")
    found = [str(source.path) for source in find_sources(["r"])]
    assert found == ["r/a/c.PDF", "r/b.txt", "r/d.html", "r/h.docx"]


def test_a_named_file_may_be_called_anything(tmp_path):
    """Only folders are searched by suffix."""
    write(tmp_path, "report", "x.json")
    assert [source.doc_id for source in find_sources(["report", "x.json"])] == ["report", "x"]


def test_patterns(tmp_path):
    """A pattern stands for its files, sorted; a name with brackets in it that exists is no pattern."""
    write(tmp_path, "a1.txt", "a2.txt", "b.txt", "deep/er/a3.txt", "[1].txt")
    assert [source.doc_id for source in find_sources(["a*.txt"])] == ["a1", "a2"]
    assert [source.doc_id for source in find_sources(["**/a*.txt"])] == ["a1", "a2", "a3"]
    assert [source.doc_id for source in find_sources(["[1].txt"])] == ["[1]"]


def test_each_file_once(tmp_path):
    """A file that is named twice, in whatever way, is read once, at its first place."""
    write(tmp_path, "r/a.txt", "r/b.txt")
    found = find_sources(["r/b.txt", "r", str(tmp_path / "r" / "b.txt"), "r/../r/a.txt"])
    assert [source.doc_id for source in found] == ["b", "a"]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([], "there is nothing to read: name a file"),
        ([""], "an input is empty"),
        (["missing"], "there is no file or folder missing"),
        (["m?ssing"], "no file matches m[?]ssing"),
        (["hollow"], "there is nothing to read in hollow: no file ends in one of .* .txt"),
    ],
)
def test_nothing_to_read(tmp_path, inputs, words):
    """Each kind of nothing is said in its own words."""
    write(tmp_path, "hollow/picture.jpg")
    with pytest.raises(UsageError, match=words):
        find_sources(inputs)


def test_one_bad_input_stops_all(tmp_path):
    """A misspelt name is found before an hour of work, not after."""
    write(tmp_path, "a.txt")
    with pytest.raises(UsageError, match="missing"):
        find_sources(["a.txt", "missing.txt"])


def test_a_number_never_takes_a_name_that_is_given(tmp_path):
    """The second ``a`` is not called ``a-2`` where there is a file of this name."""
    write(tmp_path, "x/a.txt", "y/a.txt", "y/a-2.txt", "z/A.txt")
    ids = [source.doc_id for source in find_sources(["x", "y", "z"])]
    assert ids == ["a", "a-2", "a-3", "A-4"]


@given(st.lists(st.sampled_from(["a", "A", "a-2", "a-3", "b", "报告"]), max_size=12))
def test_ids_are_distinct(stems):
    """Whatever the names, no two ids are one file's name, and the first of a name keeps it."""
    paths = [Path(str(number)) / f"{stem}.txt" for number, stem in enumerate(stems)]
    ids = [source.doc_id for source in name_sources(paths)]
    assert len({name.casefold() for name in ids}) == len(paths)
    assert [source.path for source in name_sources(paths)] == paths


def test_a_name_in_another_encoding(tmp_path):
    """Bytes that are no UTF-8 do not break what is written later."""
    raw = os.fsencode(str(tmp_path)) + b"/\xb1\xa8.txt"
    Path(os.fsdecode(raw)).touch()
    (source,) = find_sources([str(tmp_path)])
    assert source.doc_id.encode()
    assert source.name.encode().endswith(b".txt")
    assert source.path.is_file()


def test_folder_leaves_out_what_is_no_report(tmp_path: Path) -> None:
    """Hidden files, notes on the folder and annotators' marked texts in a folder are not taken for reports."""
    for name in ("a.txt", ".hidden.txt", "README.md", "b.marked.txt"):
        (tmp_path / name).write_text("报告", encoding="utf-8")
    assert [source.doc_id for source in find_sources([str(tmp_path)])] == ["a"]


def test_a_file_is_read_with_its_id(tmp_path):
    """A document bears the id of its source, and the path as it was given."""
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "a.txt").write_text("全年检查46次。", encoding="utf-8")
    (source,) = find_sources(["r"])
    document = source.read()
    assert (document.doc_id, document.source, document.text) == ("a", "r/a.txt", "全年检查46次。")


def test_a_link_out_of_a_folder_is_not_followed(tmp_path):
    """What was searched for may not lead elsewhere; what was named may, also when the folder is given as well."""
    write(tmp_path, "r/b.txt")
    (tmp_path / "secret.txt").write_text("全年检查46次。", encoding="utf-8")
    (tmp_path / "r" / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(DocumentError, match="leads out of the folder"):
        find_sources(["r"])[0].read()
    for inputs in (["r/a.txt"], ["r/a.txt", "r"], ["r", "r/a.txt"]):
        assert find_sources(inputs)[0].read().text == "全年检查46次。"


@pytest.mark.parametrize("pattern", ["r/*.txt", "r/**/*.txt", "{here}/r/*.txt"])
def test_a_pattern_searches_its_fixed_part(tmp_path, pattern):
    """The folder before the first wild card is what a match may not lead out of."""
    write(tmp_path, "r/a.txt")
    (source,) = find_sources([pattern.format(here=tmp_path)])
    assert source.within is not None
    assert source.within.resolve() == (tmp_path / "r").resolve()


@given(st.text(min_size=1, max_size=80).filter(lambda stem: "/" not in stem and "\0" not in stem))
def test_every_name_gives_a_harmless_id(stem):
    """An id can be written, stays in its folder, and leaves room for a suffix in the name of a file."""
    (source,) = name_sources([Path("r") / f"{stem}.txt"])
    assert source.doc_id
    assert not set(source.doc_id) & set('<>:"/\\|?*\n\r\0')
    assert source.doc_id.strip(".")
    assert len(source.doc_id.encode()) <= 201


def written_by(kind: str, folder: str) -> None:
    """A folder as baogao leaves it, or as it is copied."""
    marks = {
        "run": (".baogao.lock", b""),
        "copied run": ("records.jsonl", '{"doc_id": "甲", "source": "r/甲.txt", "sha256": "", "schema": "x"'.encode()),
        "evaluation": ("run.json", b'{\n "baogao": "0.1.0",\n'),
    }
    name, begins = marks[kind]
    write(
        Path(),
        *(f"{folder}/{one}" for one in ("texts/a.txt", "index.html", "matrix.html", "report.html", "report.txt")),
    )
    (Path(folder) / name).write_bytes(begins)


def read_from(*inputs: str) -> list[str]:
    """The paths that are read."""
    return [str(source.path) for source in find_sources(inputs)]


OF_RUN = ["texts/a.txt", "index.html", "matrix.html"]


@pytest.mark.parametrize(
    ("kind", "own"),
    [("run", OF_RUN), ("copied run", OF_RUN), ("evaluation", ["report.html"])],
    ids=lambda one: str(one),
)
@pytest.mark.parametrize("folder", [".", "out", "deep/er/out"])
@pytest.mark.parametrize("given", [".", "**/*.*", "{here}", "./**/*"])
def test_own_output_is_no_input(tmp_path, kind, own, folder, given):
    """What baogao wrote is passed over wherever it lies; what else is in its folder is read."""
    written_by(kind, folder)
    write(tmp_path, "r/a.txt", "r/texts/b.txt", "r/index.html", "r/report.html")
    files = ["texts/a.txt", "index.html", "matrix.html", "report.html", "report.txt"]
    kept = {Path(folder) / name for name in files if name not in own}
    kept |= {Path("r") / name for name in ("a.txt", "texts/b.txt", "index.html", "report.html")}
    found = find_sources([given.format(here=tmp_path)])
    assert {source.path.resolve().relative_to(tmp_path) for source in found} >= kept
    assert not {Path(folder, name).resolve() for name in own} & {source.path.resolve() for source in found}
    (notice,) = found.notices
    assert notice.startswith("passed over what baogao itself wrote in ")
    assert notice.endswith(str(Path(folder)) if given != "{here}" else str(tmp_path / folder))


def test_own_output_that_is_named(tmp_path):
    """A file that is named, and the folder of a run's texts, are read: the reports themselves may be gone."""
    written_by("run", "out")
    assert read_from("out/texts/a.txt", "out/index.html") == ["out/texts/a.txt", "out/index.html"]
    assert read_from("out/texts") == read_from("out/texts/*.txt") == ["out/texts/a.txt"]
    assert find_sources(["out/texts"]).notices == []
    assert read_from(".", "out/texts/a.txt") == ["out/report.html", "out/report.txt", "out/texts/a.txt"]


def test_nothing_but_own_output(tmp_path):
    """It is an error only where there is nothing else; many folders are counted."""
    for number in range(5):
        written_by("run", f"out{number}")
        (tmp_path / f"out{number}" / "report.html").unlink()
        (tmp_path / f"out{number}" / "report.txt").unlink()
    words = "there is nothing to read but what baogao itself wrote in out0, out1, out2 and 2 more folders: name a file"
    with pytest.raises(UsageError, match=words):
        find_sources(["."])
    write(tmp_path, "r/a.txt")
    assert read_from("out0", "r", "out1/*.html") == ["r/a.txt"]


@pytest.mark.parametrize("name", ["records.jsonl", "run.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b'{"doc_id": "a", "text": "b"}', b"\xff\xfe", b'[{"baogao": 1}]'])
def test_other_peoples_files_are_no_mark(tmp_path, name, content):
    """A folder is not baogao's because a file in it is called so."""
    write(tmp_path, "theirs/texts/a.txt", "theirs/index.html", "theirs/report.html")
    (tmp_path / "theirs" / name).write_bytes(content)
    assert len(read_from("theirs")) == 3


def test_marks_that_cannot_be_read(tmp_path):
    """A pipe or a folder of that name holds nothing up."""
    write(tmp_path, "theirs/texts/a.txt", "theirs/.baogao.lock/x")
    os.mkfifo(tmp_path / "theirs" / "records.jsonl")
    assert read_from("theirs") == ["theirs/texts/a.txt"]


@pytest.mark.parametrize("name", ["~$a.docx", ".~lock.a.docx#", "._a.docx", "Thumbs.db", ".DS_Store", "desktop.ini"])
def test_what_programs_keep_for_themselves_is_no_report(tmp_path, name):
    """A file that stands beside an open report is passed over and counted, by folder, by pattern, named by a shell."""
    write(tmp_path, "r/a.docx", f"r/{name}")
    for inputs in (["r"], ["r/*"], ["r/a.docx", f"r/{name}"]):
        found = find_sources(inputs)
        assert [source.path.name for source in found] == ["a.docx"]
        assert found.notices == []
        if not (name.startswith(".") and inputs == ["r/*"]):
            (line,) = found.at_the_end
            assert line.startswith("passed over as no reports: ")
            assert line.endswith(f" 1 (r/{name})")


def test_what_holds_no_text_is_no_report_among_others(tmp_path):
    """A shell names all files of a folder; one that is named alone is read, and its row says what is wrong."""
    write(tmp_path, "r/a.txt", "r/odd.log")
    (tmp_path / "r" / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0")
    (tmp_path / "r" / "c.dat").write_bytes("\ufeff县\0".encode("utf-16"))
    found = find_sources(["r/a.txt", "r/b.jpg", "r/c.dat", "r/odd.log"])
    assert [source.path.name for source in found] == ["a.txt", "c.dat", "odd.log"]
    assert found.at_the_end == ["passed over as no reports: .jpg 1 (r/b.jpg)"]
    assert [source.path.name for source in find_sources(["r/b.jpg"])] == ["b.jpg"]


@pytest.mark.parametrize(
    "name", ["a.md", "a.csv", "a.tsv", "a.xlsx", "a.XLS", "a.et", "a.odt", "a.wps", "a.rtf", "a.docm"]
)
def test_tables_and_other_formats_in_a_folder(tmp_path, name):
    """Every format that can be read is looked for."""
    write(tmp_path, f"r/{name}")
    assert [source.path.name for source in find_sources(["r"])] == [name]


def test_files_of_other_kinds_are_named(tmp_path):
    """What is passed over by its name is said in one line, kind by kind, with a few names; what is hidden is not."""
    write(tmp_path, "r/a.txt", "r/b.jpg")
    assert find_sources(["r"]).at_the_end == ["passed over as no reports: .jpg 1 (r/b.jpg)"]
    write(tmp_path, "r/c/d.zip", "r/e.pptx", "r/README.md", "r/f.marked.txt", "r/.g.jpg", "r/k.jpg", "r/.git/x.zip")
    write(tmp_path, "r/.git/~$x.docx")
    found = find_sources(["r"])
    assert found.notices == []
    assert found.at_the_end == [
        "passed over as no reports: .jpg 2, .md 1, .zip 1, .pptx 1 (r/README.md, r/b.jpg, r/c/d.zip, …)"
    ]
    assert find_sources(["r/a.txt"]).at_the_end == []


def test_what_stands_beside_results_is_not_named(tmp_path):
    """The files of a run are no surprise to whoever made it."""
    write(tmp_path, "r/a.txt", "r/out/.baogao.lock", "r/out/records.jsonl", "r/out/texts/a.txt")
    (line,) = find_sources(["r"]).notices
    assert line == "passed over what baogao itself wrote in r/out"


def test_a_table_of_records_is_no_report(tmp_path):
    """What was exported into the folder of the reports is known by its first line."""
    write(tmp_path, "r/a.txt")
    (tmp_path / "r" / "table.csv").write_text("\ufeffdoc_id,source,status,error,title\n", encoding="utf-8")
    (tmp_path / "r" / "b.csv").write_text("指标,数量\n", encoding="utf-8")
    found = find_sources(["r"])
    assert [source.path.name for source in found] == ["a.txt", "b.csv"]
    assert found.notices == ["passed over what baogao itself wrote in r"]


def test_pictures_are_found_where_words_are_recognised(tmp_path, monkeypatch):
    """A folder is searched for pictures only then, and every source says that words are to be recognised."""
    monkeypatch.setattr("baogao.document.ocr.require_engine", lambda: None)
    for name in ("a.txt", "b.png", "c.JPG", "d.tif"):
        (tmp_path / name).write_text("甲", encoding="utf-8")
    assert [source.path.name for source in find_sources([str(tmp_path)])] == ["a.txt"]
    found = find_sources([str(tmp_path)], ocr=True)
    assert [source.path.name for source in found] == ["a.txt", "b.png", "c.JPG", "d.tif"]
    assert all(source.ocr for source in found)


def test_words_cannot_be_recognised_without_the_extra(tmp_path, monkeypatch):
    """It is said before anything is started."""
    monkeypatch.setattr("baogao.document.ocr.find_spec", lambda name: None)
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    with pytest.raises(UsageError, match="install it with"):
        find_sources([str(tmp_path)], ocr=True)
