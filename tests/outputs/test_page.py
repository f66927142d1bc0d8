"""The review page as a file: complete in itself, and inert."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.outputs.page import inert_json, write_page


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def html(plain, hostile, failed, texts, schema, tmp_path):
    """A page with an ordinary report, a hostile one and a failed one."""
    path = tmp_path / "index.html"
    write_page([plain, hostile, failed], texts, schema, path)
    return path.read_text(encoding="utf-8")


def test_no_text_becomes_markup(html):
    """None of the hostile report's own tags is a tag of the page, and the only scripts are the page's."""
    names = [tag for tag, _ in Tags(html).tags]
    assert not {"img", "svg"} & set(names)
    assert names.count("script") == 1 + 3 + 1
    assert "<script>window.hacked" not in html


def test_nothing_is_fetched(html):
    """No address but the icon's own data, and a policy that lets no request out."""
    links = [value for _, attrs in Tags(html).tags for name, value in attrs.items() if name in ("src", "href")]
    assert all(link.startswith("data:") for link in links)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    policy = next(attrs["content"] for tag, attrs in Tags(html).tags if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_one_block_a_report(html, plain):
    """The blocks are JSON, in the order of the records, so that a browser reads only the one it shows."""
    blocks = re.findall(r'<script type="application/json" id="report-(\d+)">(.*?)</script>', html)
    assert [number for number, _ in blocks] == ["0", "1", "2"]
    assert [json.loads(block)["doc_id"] for _, block in blocks] == [plain.doc_id, "=cmd|<b>", "broken"]


@given(st.text(st.characters() | st.sampled_from("<>&/!-\u2028\u2029")))
def test_json_is_inert_and_faithful(text):
    """Nothing in it can end a script or a line of one, and it reads back to the same text, lone surrogates and all."""
    written = inert_json({"text": text})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written.encode()) == {"text": text}


def test_texts_from_a_folder(plain, failed, texts, schema, tmp_path):
    """The folder that a run leaves behind gives the same page; line ends are not translated on the way."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / f"{plain.doc_id}.txt").write_bytes(texts[plain.doc_id].encode())
    write_page([plain, failed], folder, schema, tmp_path / "a.html")
    write_page([plain, failed], texts, schema, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_windows_line_ends_keep_their_offsets(make_record, schema, tmp_path):
    """CR LF counts as two characters, as it did when the figure was read."""
    text = "标题\r\n\r\n评查案卷7卷"
    start = text.index("7卷")
    answer = {"status": "reported", "value": 7, "bound": "exact", "evidence": [(start, start + 2)], "text": "7卷"}
    record = make_record("crlf", schema, fields={"case_files_reviewed": answer})
    (tmp_path / "crlf.txt").write_bytes(text.encode())
    write_page([record], tmp_path, schema, tmp_path / "index.html")
    assert '["评查案卷",["7卷",[0]]]' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_errors_are_one_line(plain, texts, schema, tmp_path):
    """A page that cannot be written, and a text that is not the record's, are told to the user and leave no file."""
    with pytest.raises(UsageError, match=r"cannot write .*No such file"):
        write_page([plain], texts, schema, tmp_path / "missing" / "index.html")
    with pytest.raises(UsageError, match="qinghe-2023: the record does not belong"):
        write_page([plain], {plain.doc_id: "短"}, schema, tmp_path / "index.html")
    (tmp_path / f"{plain.doc_id}.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"cannot read .*qinghe-2023\.txt"):
        write_page([plain], tmp_path, schema, tmp_path / "index.html")
    assert not (tmp_path / "index.html").exists()
