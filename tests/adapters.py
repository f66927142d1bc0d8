"""Adapters for tests: files in GGUF format that say what they were tuned for, and hold nothing."""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFWriter

from baogao.asking.adapters import KEY, AdapterInfo, Base, TunedOn, learned_of, prompts_learned
from baogao.choices import TunedWay
from baogao.llm import load_prompts
from baogao.opening import base_of
from baogao.schema.fields import Schema


def info_for(schema: Schema, way: TunedWay = "tag", base: Base | None = None, **other: object) -> AdapterInfo:
    """The description of an adapter that fits the schema as it is, and the model that comes along."""
    said = {
        "way": way,
        "schema_name": schema.name,
        "learned": learned_of(schema),
        "prompts": prompts_learned(way, load_prompts(), schema),
        "base": base or base_of(None),
        "tuned_on": TunedOn(reports=3, pairs=40),
    }
    return AdapterInfo.model_validate(said | other)


def write_adapter(path: Path, said: AdapterInfo | str | None) -> Path:
    """An adapter without a tensor."""
    writer = GGUFWriter(path, "qwen2")
    writer.add_string("general.type", "adapter")
    if said is not None:
        writer.add_string(KEY, said if isinstance(said, str) else said.model_dump_json())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path
