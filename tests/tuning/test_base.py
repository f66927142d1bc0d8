"""The base: what its file says, its tokens, its weights; each compared with what llama.cpp makes of the same file."""

from __future__ import annotations

import importlib.util

import httpx2
import pytest

from baogao.errors import ModelFileError, UsageError
from baogao.llm.messages import Message
from baogao.llm.server import EmbeddedServer
from baogao.tuning import base as base_module
from baogao.tuning.base import BaseFile, Tokens, check_extra, device_for, load_model
from baogao.tuning.pairs import pairs_of
from tuning.conftest import texts_of
from tuning.tiny_base import BLOCKS, FEED_FORWARD, HIDDEN, write_tiny_base

pytestmark = pytest.mark.usefixtures("one_thread")
MESSAGES = (Message("system", "你是统计员。"), Message("user", "报告：南屏县\n原文：[[1]]80.4亿元，ab  c。"))


def test_the_head_of_a_file_is_read(tiny):
    """Architecture, layers, widths, and how many weights there are."""
    base = BaseFile.read(tiny)
    assert (base.arch, base.blocks, base.hidden, base.feed_forward) == ("qwen2", BLOCKS, HIDDEN, FEED_FORWARD)
    assert base.shapes["blk.0.ffn_down.weight"] == (HIDDEN, FEED_FORWARD)
    assert base.shapes["token_embd.weight"] == (base.vocabulary, HIDDEN)
    assert base.in_blocks < base.parameters == base.in_blocks + base.vocabulary * HIDDEN + HIDDEN
    assert base.largest == base.vocabulary * HIDDEN


def test_tokens_are_those_of_the_server(tiny, world):
    """Prompts and replies of all pairs: the same text by the chat template, the same tokens."""
    tokens = Tokens(BaseFile.read(tiny))
    pairs = pairs_of(world.items[:1], world.schema, world.prompts, "tag")
    with EmbeddedServer(tiny, threads=1) as server, httpx2.Client(trust_env=False) as client:
        root = server.base_url.removesuffix("/v1")
        for messages, reply in [(MESSAGES, "无"), *((pair.messages, pair.reply) for pair in pairs)]:
            turns = [{"role": one.role, "content": one.content} for one in messages]
            text = client.post(f"{root}/apply-template", json={"messages": turns}).json()["prompt"]
            assert tokens.prompt_text(messages) == text
            asked = {"content": text, "add_special": True, "parse_special": True}
            encoded = tokens.encode(messages, reply)
            assert list(encoded.prompt) == client.post(f"{root}/tokenize", json=asked).json()["tokens"]
            said = client.post(f"{root}/tokenize", json={"content": reply}).json()["tokens"]
            assert list(encoded.reply) == [*said, tokens.end]


def test_a_beginning_that_the_server_adds_is_added(tmp_path, world):
    """Where the file says so, a prompt begins with the token of beginnings, once."""
    path = write_tiny_base(tmp_path / "bos.gguf", texts_of(world), add_bos=True)
    tokens = Tokens(BaseFile.read(path))
    encoded = tokens.encode(MESSAGES, "无")
    beginning = tokens.tokenizer.bos_token_id
    assert encoded.prompt[0] == beginning
    assert beginning not in encoded.prompt[1:]
    assert beginning not in encoded.reply


@pytest.mark.parametrize("arch", ["qwen2", "llama", "qwen3"])
def test_weights_are_those_of_the_server(arch, tmp_path, world):
    """The most likely next token and its probability are llama.cpp's, whatever the architecture."""
    import torch

    path = write_tiny_base(tmp_path / "model.gguf", texts_of(world), arch=arch, seed=6)
    base = BaseFile.read(path)
    prompt = Tokens(base).encode(MESSAGES, "无").prompt
    with torch.no_grad():
        logits = load_model(base, "cpu", dtype="float32")(input_ids=torch.tensor([prompt])).logits[0, -1]
    best = torch.log_softmax(logits, -1).max(-1)
    with EmbeddedServer(path, threads=1) as server, httpx2.Client(trust_env=False) as client:
        asked = {"prompt": list(prompt), "n_predict": 1, "temperature": 0, "n_probs": 1}
        root = server.base_url.removesuffix("/v1")
        said = client.post(f"{root}/completion", json=asked).json()["completion_probabilities"][0]
    assert said["id"] == int(best.indices)
    assert said["logprob"] == pytest.approx(float(best.values), abs=0.01)


def test_a_loaded_base_is_frozen(tiny):
    """Nothing of it is learned, and it is in 16 bits."""
    import torch

    model = load_model(BaseFile.read(tiny), "cpu")
    assert not any(one.requires_grad for one in model.parameters())
    assert {one.dtype for one in model.parameters()} == {torch.bfloat16}


def test_files_that_are_no_model_are_refused(tmp_path, tiny):
    """Each with one line that names the file: no file, a text, a piece of a model, an adapter, another architecture."""
    import gguf

    with pytest.raises(ModelFileError, match="cannot be read"):
        BaseFile.read(tmp_path / "none.gguf")
    (tmp_path / "text.gguf").write_text("hello", encoding="utf-8")
    with pytest.raises(ModelFileError, match=r"text\.gguf is not a model in GGUF format"):
        BaseFile.read(tmp_path / "text.gguf")
    for cut in (8, 100, 3000):
        (tmp_path / "piece.gguf").write_bytes(tiny.read_bytes()[:cut])
        with pytest.raises(UsageError, match=r"piece\.gguf is not a language model") as error:
            BaseFile.read(tmp_path / "piece.gguf")
        assert "\n" not in str(error.value)
    writer = gguf.GGUFWriter(tmp_path / "other.gguf", "qwen2")
    writer.add_type("adapter")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    with pytest.raises(UsageError, match="is not a language model"):
        BaseFile.read(tmp_path / "other.gguf")


def test_an_architecture_that_transformers_does_not_know_is_refused(tmp_path, world):
    """One line, which names the file."""
    path = write_tiny_base(tmp_path / "odd.gguf", texts_of(world), arch="plamo")
    base = BaseFile.read(path)
    with pytest.raises(UsageError, match=r"transformers cannot read .*odd\.gguf for training: .*plamo") as error:
        load_model(base, "cpu")
    assert "\n" not in str(error.value)


def test_a_base_that_is_no_chat_model_is_refused(tmp_path, world):
    """Without a chat template nobody knows how to ask it."""
    path = write_tiny_base(tmp_path / "plain.gguf", texts_of(world), template="")
    with pytest.raises(UsageError, match="no chat template"):
        Tokens(BaseFile.read(path))


def test_a_device_that_is_not_here_is_refused(monkeypatch):
    """The message names those that are here; auto takes the processor where there is nothing better."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device_for("auto") == "cpu"
    with pytest.raises(UsageError, match="no device 'cuda' here; there is: cpu"):
        device_for("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_for("auto") == "cuda"


def test_the_extra_is_asked_for(monkeypatch):
    """What is missing, and how it is installed."""
    real = importlib.util.find_spec
    monkeypatch.setattr(base_module.importlib.util, "find_spec", lambda name: None if name == "torch" else real(name))
    with pytest.raises(UsageError, match=r"needs torch; install it with: pip install 'baogao\[tune\]'"):
        check_extra()
