"""Help and complaints in Chinese."""

import re

import pytest
from typer.testing import CliRunner

from baogao.cli.main import COMMANDS, app


@pytest.fixture
def chinese(monkeypatch):
    """A user who speaks Chinese."""
    monkeypatch.setenv("BAOGAO_LANG", "zh")


def said(*arguments):
    """What a command line says, without the frames around it."""
    result = CliRunner().invoke(app, list(arguments), prog_name="baogao", env={"TERMINAL_WIDTH": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return re.sub(r"[╭╮╰╯│─\s]+", " ", result.output).replace(" ".join(["baogao", *arguments[:-1]]), "")


def english(text):
    """Three English words one after another, but for names and what is between backticks."""
    return re.findall(r"\b[a-z]+ [a-z]+ [a-z]+\b", re.sub(r"`[^`]*`|<[^>]*>", "", text))


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), ("schema", "check"), ("eval", "run")])
def test_help_is_chinese(command, chinese):
    """Titles, usage, what a command does, every option, the commands below; nothing English is left."""
    text = said(*command, "--help")
    assert "用法：" in text
    assert "显示本帮助并退出。" in text
    assert english(text.split("示例：")[0]) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--nothing"], "没有选项 --nothing"),
        (["extract", "--nothing"], "没有选项 --nothing"),
        (["extrct"], "没有命令 'extrct'。是不是指"),
        (["export"], "缺少"),
        (["extract", "x", "--out", "y", "--jobs", "x"], "'--jobs' 的值无效"),
    ],
)
def test_complaints_are_chinese(arguments, words, chinese):
    """What is wrong on a command line, before any command runs."""
    text = said(*arguments)
    assert words in text
    assert "错误" in text
    assert english(text) == []


def test_english_is_back(chinese, monkeypatch):
    """What typer keeps of its own words is English again for whoever speaks it."""
    assert "用法：" in said("--nothing") + said("--help")
    monkeypatch.setenv("BAOGAO_LANG", "en")
    for text in (said("model", "--help"), said("--help")):
        assert "Usage: " in text
        assert not re.search("[\u4e00-\u9fff]", text)
    assert " Error " in said("--nothing")
