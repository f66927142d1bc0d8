"""Adapters: what they say of themselves, and that they are used for nothing else."""

from __future__ import annotations

import importlib.util
import json
import shutil

import pytest

from adapters import info_for, write_adapter
from baogao.asking.adapters import (
    Base,
    adapter_path,
    find_adapters,
    learned_of,
    read_adapter,
)
from baogao.errors import ModelFileError, UsageError
from baogao.llm import load_prompts
from baogao.opening import base_of
from baogao.schema import load_schema
from short_reports import COMMUNIQUE

OTHER = Base(name="another", size=1, sha256="0" * 64)


def find(schema, named, base=None):
    """The adapters of a schema with the model that comes along."""
    return find_adapters(schema, load_prompts(), lambda: base or base_of(None), named)


@pytest.fixture
def mine(tmp_path):
    """A schema with nothing beside it yet."""
    return load_schema(shutil.copy(COMMUNIQUE, tmp_path / "mine.py"))


def test_what_is_written_is_read(communique, tmp_path):
    """The description comes back; the name tells two files apart."""
    one = read_adapter(write_adapter(tmp_path / "one.gguf", info_for(communique, note="一")))
    other = read_adapter(write_adapter(tmp_path / "other.gguf", info_for(communique, note="二")))
    assert one.info == info_for(communique, note="一")
    assert one.name.startswith("tag-")
    assert one.name != other.name
    again = read_adapter(shutil.copy(tmp_path / "one.gguf", tmp_path / "copied.gguf"))
    assert again.name == one.name


def test_those_beside_the_schema_are_found(mine):
    """By their names; the one for tag comes first."""
    assert find(mine, None) == []
    for way in ("blank", "tag"):
        write_adapter(adapter_path(mine, way), info_for(mine, way))
    assert [one.path.name for one in find(mine, None)] == ["mine.adapter.gguf", "mine.blank.adapter.gguf"]
    assert find(mine, []) == []


def test_one_of_another_base_is_left_alone_beside_the_schema(mine, tmp_path):
    """Whoever starts another model gets it without the adapter; an adapter that is named must fit."""
    write_adapter(adapter_path(mine, "tag"), info_for(mine))
    assert find(mine, None, OTHER) == []
    named = write_adapter(tmp_path / "named.gguf", info_for(mine))
    with pytest.raises(UsageError, match=r"named\.gguf was tuned on qwen2.5-coder-1.5b, not on another"):
        find(mine, [named], OTHER)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"schema_name": "other"}, "tuned for the schema other, not communique"),
        ({"learned": "sha256:0"}, "tuned before the fields of communique were changed"),
        ({"prompts": "sha256:0"}, "tuned on another prompt for tag"),
        ({"base": OTHER}, "tuned on another, not on qwen2.5-coder-1.5b"),
    ],
)
def test_a_mismatch_is_named(communique, tmp_path, wrong, words):
    """Base, schema or prompt: the error says which, in one line."""
    path = write_adapter(tmp_path / "wrong.gguf", info_for(communique, **wrong))
    with pytest.raises(UsageError, match=words) as error:
        find(communique, [path])
    assert "\n" not in str(error.value)


def test_prompts_without_the_one_it_was_tuned_on(communique, tmp_path):
    """Prompts of a user's own may have none for tag: that is another prompt, and said so."""
    path = write_adapter(tmp_path / "one.gguf", info_for(communique))
    folder = tmp_path / "prompts"
    folder.mkdir()
    shutil.copy(load_prompts().directory / "form.jinja", folder)
    with pytest.raises(UsageError, match=r"tuned on another prompt for tag; .* --adapter none"):
        find_adapters(communique, load_prompts(folder), lambda: base_of(None), [path])


def test_notes_of_a_schema_may_change(mine, tmp_path):
    """What a tuned model has learned are the fields' ids and names; a better note does not undo that."""
    source = mine.path.read_text(encoding="utf-8")
    noted = tmp_path / "noted.py"
    noted.write_text(source.replace("不是户籍人口", "不是户籍人口，也不是流动人口"), encoding="utf-8")
    renamed = tmp_path / "renamed.py"
    renamed.write_text(source.replace('Ask("常住人口"', 'Ask("常住人口数"'), encoding="utf-8")
    assert learned_of(load_schema(noted)) == learned_of(mine)
    assert learned_of(load_schema(renamed)) != learned_of(mine)


def test_two_for_one_way_are_refused(communique, tmp_path):
    """Nobody could say which is meant."""
    paths = [write_adapter(tmp_path / f"{n}.gguf", info_for(communique, note=str(n))) for n in range(2)]
    with pytest.raises(UsageError, match="two adapters are for tag"):
        find(communique, paths)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (None, "does not say what it was tuned for"),
        ("{}", "is of another version of baogao"),
        ("nonsense", "is of another version of baogao"),
        (json.dumps({"kind": "baogao.adapter", "version": 2}), "is of another version of baogao: version"),
    ],
)
def test_what_does_not_describe_itself_is_refused(tmp_path, said, words):
    """An adapter made elsewhere, or by a later baogao, is not guessed at."""
    with pytest.raises(UsageError, match=words):
        read_adapter(write_adapter(tmp_path / "odd.gguf", said))


def test_what_is_no_file_of_the_format_is_refused(tmp_path):
    """Missing, of another format, or broken off: each in words."""
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_adapter(tmp_path / "missing.gguf")
    (tmp_path / "text.gguf").write_text("text")
    with pytest.raises(ModelFileError, match="not a model in GGUF format"):
        read_adapter(tmp_path / "text.gguf")
    (tmp_path / "half.gguf").write_bytes(b"GGUF\x03\x00\x00\x00")
    with pytest.raises(UsageError, match="cannot be read as an adapter"):
        read_adapter(tmp_path / "half.gguf")


def test_the_package_that_reads_them_may_be_missing(communique, tmp_path, monkeypatch):
    """Then the error says what to install."""
    path = write_adapter(tmp_path / "one.gguf", info_for(communique))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'baogao\[local\]'"):
        read_adapter(path)


def test_the_shipped_adapters_fit(flagship):
    """Both are for the schema, the prompts and the model that come along, or `--embedded` would be refused."""
    found = find(flagship, None)
    assert [one.info.way for one in found] == ["tag", "blank"]
    assert all(one.info.tuned_on.reports > 0 and one.info.note for one in found)
