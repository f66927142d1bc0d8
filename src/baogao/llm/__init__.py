"""Asking a language model: endpoints and what they can do, prompts, cache, retries, cost, the embedded model.

Every name is imported when it is first used: who reads settings needs no client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baogao.llm.abilities import abilities_of, probe
    from baogao.llm.cache import ReplyCache, cache_clear, cache_stats
    from baogao.llm.embedded import MODELS, find_model, pull
    from baogao.llm.endpoint import ModelClient
    from baogao.llm.manner import Manner
    from baogao.llm.messages import Abilities, Message, Question, Reply
    from baogao.llm.model_table import ModelEntry, load_model_table
    from baogao.llm.profiles import Profile, known_profile
    from baogao.llm.prompts import Prompt, Prompts, load_prompts
    from baogao.llm.settings import EndpointSettings, load_settings
    from baogao.llm.tokens import estimate_tokens

_HOMES = {
    "baogao.llm.abilities": ("abilities_of", "probe"),
    "baogao.llm.cache": ("ReplyCache", "cache_clear", "cache_stats"),
    "baogao.llm.embedded": ("MODELS", "find_model", "pull"),
    "baogao.llm.endpoint": ("ModelClient",),
    "baogao.llm.manner": ("Manner",),
    "baogao.llm.messages": ("Abilities", "Message", "Question", "Reply"),
    "baogao.llm.model_table": ("ModelEntry", "load_model_table"),
    "baogao.llm.profiles": ("Profile", "known_profile"),
    "baogao.llm.prompts": ("Prompt", "Prompts", "load_prompts"),
    "baogao.llm.settings": ("EndpointSettings", "load_settings"),
    "baogao.llm.tokens": ("estimate_tokens",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "MODELS",
    "Abilities",
    "EndpointSettings",
    "Manner",
    "Message",
    "ModelClient",
    "ModelEntry",
    "Profile",
    "Prompt",
    "Prompts",
    "Question",
    "Reply",
    "ReplyCache",
    "abilities_of",
    "cache_clear",
    "cache_stats",
    "estimate_tokens",
    "find_model",
    "known_profile",
    "load_model_table",
    "load_prompts",
    "load_settings",
    "probe",
    "pull",
]


def __getattr__(name: str) -> object:
    """Import a name from its home."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
