"""The page on servers: its tables are what was seen, and its settings are ones that baogao takes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from baogao.llm import load_settings
from baogao.llm.profiles import known_profile
from servers.page import BEGIN, END, PAGE, SEEN, tables

SETTINGS = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_page_shows_what_was_seen() -> None:
    """The tables between the marks are those of the data that the run wrote: nobody typed them."""
    text = PAGE.read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == tables(json.loads(SEEN.read_text(encoding="utf-8"))).strip()
    assert "FAILS" not in shown


@pytest.mark.parametrize("settings", SETTINGS, ids=range(len(SETTINGS)))
def test_the_settings_of_the_page(settings: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of ``baogao.toml`` loads, names an endpoint, and says of it what there is to say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BAOGAO_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "7c2b90e1d4f84f6a")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "BAOGAO_MODEL"):
        monkeypatch.delenv(name, raising=False)
    Path("baogao.toml").write_text(settings, encoding="utf-8")
    loaded = load_settings()
    assert loaded.model
    assert f'base_url = "{loaded.url}"' in settings
    assert known_profile(loaded).manner.switch == ("enable_thinking" if "switch" in settings else "unknown")
    assert loaded.beside.sent_query == ({"api-version": "2024-10-21"} if "query" in settings else {})
