"""Prompts and schemas are found, and a digest of files tells whether any of them changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao import resources
from baogao.resources import digest_files, resource_dir

FILES = st.dictionaries(st.sampled_from(["a", "b", "ab"]), st.text("ab\n", max_size=3).map(str.encode), min_size=1)
"""Text files, by their names; prompts and schemas hold no NUL."""


@pytest.mark.parametrize(("kind", "pattern"), [("prompts", "*.jinja"), ("schemas", "*.rules.yaml")])
def test_a_checkout_has_them_at_its_top(kind, pattern):
    """Where they are edited is where they are read."""
    assert list(resource_dir(kind).glob(pattern))


def test_an_installed_copy_comes_first(tmp_path, monkeypatch):
    """An installed package reads what it was built with, whatever lies two folders above it."""
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    assert resource_dir("schemas") != tmp_path / "data" / "schemas"
    (tmp_path / "data" / "schemas").mkdir(parents=True)
    assert resource_dir("schemas") == tmp_path / "data" / "schemas"


@given(FILES, FILES)
def test_a_digest_tells_files_apart(tmp_path_factory, first, second):
    """Names and bytes decide, each on its own side of a border; the order in which files are named does not."""
    digests = []
    for files in (first, second):
        folder = tmp_path_factory.mktemp("files")
        paths = [folder / name for name in files]
        for path in paths:
            path.write_bytes(files[path.name])
        digests.append(digest_files(paths))
        assert digest_files(reversed(paths)) == digests[-1]
    assert (digests[0] == digests[1]) == (first == second)
    assert all(len(digest.removeprefix("sha256:")) == 64 for digest in digests)


def test_the_digest_of_known_files(tmp_path):
    """Records and calibrations carry digests: what they are computed of must stay the same from release to release."""
    (tmp_path / "b.txt").write_bytes(b"2")
    (tmp_path / "a.txt").write_bytes(b"1")
    expected = "sha256:f845278be4e8e54ba5067a24f35d379fd4af0dffa1da6b15052dca153ddf91e1"
    assert digest_files([tmp_path / "b.txt", tmp_path / "a.txt"]) == expected
