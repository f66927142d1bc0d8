"""Which language is spoken."""

import pytest

from baogao.language import in_force, translated, use


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch):
    """An environment that says nothing; what a test chooses is forgotten."""
    for name in ("BAOGAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    yield
    use(None)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"BAOGAO_LANG": "zh"}, "zh"),
        ({"BAOGAO_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh"),
        ({"BAOGAO_LANG": "", "LANG": "zh_CN"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_environment_says_it(environment, language, monkeypatch):
    """BAOGAO_LANG before the locale, whose variables have their usual order; all that is not Chinese is English."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert in_force() == language


@pytest.mark.parametrize(("name", "language"), [("Chinese (Simplified)_China", "zh"), ("zh_CN", "zh"), (None, "en")])
def test_the_system_says_it(name, language, monkeypatch):
    """Windows and macOS, where no variable does."""
    monkeypatch.setattr("locale.getlocale", lambda: (name, "UTF-8"))
    assert in_force() == language


def test_what_was_chosen_comes_first(monkeypatch):
    """Whatever the environment says."""
    monkeypatch.setenv("BAOGAO_LANG", "en")
    use("zh")
    assert in_force() == "zh"
    assert translated("no report could be read") == "没有一份报告能够读取"
    use("en")
    assert translated("no report could be read") == "no report could be read"
