"""Adapters as files: llama.cpp and transformers make of them what was trained."""

from __future__ import annotations

import json

import httpx2
import pytest

from baogao.asking.adapters import AdapterInfo, Base, TunedOn, learned_of, prompts_learned, read_adapter
from baogao.errors import UsageError
from baogao.llm.messages import Message
from baogao.llm.server import EmbeddedServer
from baogao.tuning.adapter_file import write_gguf, write_merged, write_peft
from baogao.tuning.base import BaseFile, Tokens, load_model
from baogao.tuning.training import Recipe, with_adapter
from tuning.conftest import texts_of
from tuning.tiny_base import write_tiny_base

MESSAGES = (Message("system", "你是统计员。"), Message("user", "报告：南屏县\n原文：[[1]]80.4亿元，ab  c。"))
RECIPE = Recipe(rank=4, alpha=8)


@pytest.fixture
def info(world):
    """What an adapter of these tests says of itself."""
    return AdapterInfo(
        way="tag",
        schema_name=world.schema.name,
        learned=learned_of(world.schema),
        prompts=prompts_learned("tag", world.prompts, world.schema),
        base=Base(name="tiny", size=1, sha256="00"),
        tuned_on=TunedOn(reports=1, pairs=1),
        note="某地的报告",
    )


def tuned(path, recipe=RECIPE):
    """A base with an adapter that says something: both of its sides are drawn at random."""
    import torch

    torch.manual_seed(0)
    model = with_adapter(load_model(BaseFile.read(path), "cpu", dtype="float32"), recipe)
    for name, one in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(one, std=0.1)
    return model.eval()


def best(model, prompt):
    """The most likely next token, and the logarithm of its probability."""
    import torch

    with torch.no_grad():
        found = torch.log_softmax(model(input_ids=torch.tensor([prompt])).logits[0, -1], -1).max(-1)
    return int(found.indices), float(found.values)


def served(path, adapters, prompt):
    """The same by the server."""
    with EmbeddedServer(path, adapters=adapters, threads=1) as server, httpx2.Client(trust_env=False) as client:
        asked = {"prompt": list(prompt), "n_predict": 1, "temperature": 0, "n_probs": 1, "ignore_eos": True}
        said = client.post(f"{server.base_url.removesuffix('/v1')}/completion", json=asked).json()
    first = said["completion_probabilities"][0]
    return first["id"], first["logprob"]


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("arch", ["qwen2", "llama", "qwen3"])
def test_the_server_answers_as_what_was_trained(arch, tmp_path, world, info):
    """With the file applied the next token is the trained model's, and not the base's; every tuned map is in it."""
    path = write_tiny_base(tmp_path / "base.gguf", texts_of(world), arch=arch, seed=6)
    base = BaseFile.read(path)
    prompt = Tokens(base).encode(MESSAGES, "无").prompt
    model = tuned(path)
    write_gguf(tmp_path / "x.adapter.gguf", model, base, info, RECIPE.alpha)
    token, logprob = best(model, prompt)
    assert served(path, [tmp_path / "x.adapter.gguf"], prompt) == (token, pytest.approx(logprob, abs=0.02))
    alone = served(path, [], prompt)
    assert alone[0] != token or abs(alone[1] - logprob) > 0.1


def test_an_adapter_describes_itself(tiny, tmp_path, info):
    """What is written is read back; nothing half is left beside it."""
    write_gguf(tmp_path / "new" / "x.adapter.gguf", tuned(tiny), BaseFile.read(tiny), info, RECIPE.alpha)
    assert read_adapter(tmp_path / "new" / "x.adapter.gguf").info == info
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["x.adapter.gguf"]


def test_an_adapter_replaces_the_one_before_only_when_it_is_whole(tiny, tmp_path, info, monkeypatch):
    """A disk that is full is said in one line, and what stood there stays."""
    import gguf

    path = tmp_path / "x.adapter.gguf"
    path.write_bytes(b"the one before")

    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gguf.GGUFWriter, "write_tensors_to_file", full)
    with pytest.raises(UsageError, match=r"cannot write .*x\.adapter\.gguf: No space left on device"):
        write_gguf(path, tuned(tiny), BaseFile.read(tiny), info, RECIPE.alpha)
    assert path.read_bytes() == b"the one before"
    assert [one.name for one in tmp_path.iterdir()] == ["x.adapter.gguf"]


def test_the_last_layers_alone_are_written(tiny, tmp_path, info):
    """Of one layer's adapter there are fourteen matrices, with llama.cpp's names."""
    import gguf

    model = tuned(tiny, Recipe(layers=1))
    write_gguf(tmp_path / "x.adapter.gguf", model, BaseFile.read(tiny), info, 16)
    names = {one.name for one in gguf.GGUFReader(tmp_path / "x.adapter.gguf").tensors}
    assert len(names) == 14
    assert {"blk.1.attn_q.weight.lora_a", "blk.1.ffn_down.weight.lora_b"} <= names
    assert all(name.startswith("blk.1.") for name in names)


def test_pefts_folder_is_loaded_by_peft(tiny, tmp_path, info):
    """On a fresh base it answers as what was trained; the description lies beside it."""
    from peft import PeftModel

    base = BaseFile.read(tiny)
    prompt = Tokens(base).encode(MESSAGES, "无").prompt
    model = tuned(tiny)
    expected = best(model, prompt)
    write_peft(tmp_path / "x.peft", model, info)
    config = json.loads((tmp_path / "x.peft" / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["base_model_name_or_path"]) == (RECIPE.rank, "tiny")
    again = PeftModel.from_pretrained(load_model(base, "cpu", dtype="float32"), tmp_path / "x.peft").eval()
    assert best(again, prompt) == (expected[0], pytest.approx(expected[1], abs=1e-4))
    assert AdapterInfo.model_validate_json((tmp_path / "x.peft" / "baogao.adapter.json").read_text()) == info


def test_a_merged_model_is_whole(tiny, tmp_path, info):
    """Transformers loads the folder with nothing else: weights, vocabulary, chat template."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokens = Tokens(BaseFile.read(tiny))
    prompt = tokens.encode(MESSAGES, "无").prompt
    model = tuned(tiny)
    expected = best(model, prompt)
    write_merged(tmp_path / "x.merged", model, tokens, info)
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "x.merged", dtype="float32").eval()
    assert best(again, prompt) == (expected[0], pytest.approx(expected[1], abs=1e-3))
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "x.merged")
    turns = [{"role": one.role, "content": one.content} for one in MESSAGES]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert tuple(tokenizer(text, add_special_tokens=False)["input_ids"]) == prompt
    config = json.loads((tmp_path / "x.merged" / "config.json").read_text(encoding="utf-8"))
    assert "quantization_config" not in config
    assert str(tiny.parent) not in json.dumps(config)
