"""Asking a language model: endpoints and what they can do, prompts, cache, retries, cost, the embedded model."""

from baogao.llm.abilities import abilities_of, probe
from baogao.llm.cache import ReplyCache, cache_clear, cache_stats
from baogao.llm.embedded import DEFAULT_MODEL, MODELS, find_model, pull
from baogao.llm.endpoint import ModelClient
from baogao.llm.manner import Manner
from baogao.llm.messages import Abilities, Message, Question, Reply
from baogao.llm.model_table import ModelEntry, load_model_table
from baogao.llm.profiles import Profile, known_profile
from baogao.llm.prompts import Prompt, Prompts, load_prompts
from baogao.llm.settings import EndpointSettings, load_settings
from baogao.llm.tokens import estimate_tokens

__all__ = [
    "DEFAULT_MODEL",
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
