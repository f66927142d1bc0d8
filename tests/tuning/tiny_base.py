"""A base model small enough for tests: two layers of random weights as a GGUF file, with a vocabulary of its own.

It is a whole model: transformers loads it, llama.cpp serves it; only what it says means nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""What Qwen's chat templates make of a conversation that calls no tools."""
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
HIDDEN, FEED_FORWARD, HEADS, KV_HEADS, BLOCKS = 64, 128, 4, 2, 2


def vocabulary(texts: list[str], size: int) -> tuple[list[str], list[str]]:
    """The tokens of a byte-level vocabulary that was learned from some texts, special ones last, and its merges."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=size, initial_alphabet=sorted(alphabet), show_progress=False)
    )
    known = tokenizer.get_vocab()
    tokens = sorted(known, key=lambda token: known[token])
    merges = [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    return [*tokens, *SPECIAL], merges


def write_tiny_base(
    path: Path,
    texts: list[str],
    *,
    arch: str = "qwen2",
    seed: int = 0,
    template: str = CHATML,
    add_bos: bool = False,
) -> Path:
    """Write the model.

    :param texts: what its vocabulary is learned from.
    :param arch: ``qwen2``, ``qwen3`` or ``llama``; another one makes a file that nobody can use.
    """
    import gguf

    tokens, merges = vocabulary(texts, 600)
    writer = gguf.GGUFWriter(path, arch)
    writer.add_type("model")
    writer.add_name("tiny")
    writer.add_block_count(BLOCKS)
    writer.add_context_length(8192)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(_head(arch))
    writer.add_value_length(_head(arch))
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(_head(arch))
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in tokens])
    writer.add_token_merges(merges)
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(add_bos)
    if template:
        writer.add_chat_template(template)
    random = np.random.default_rng(seed)
    for name, shape in _shapes(arch, len(tokens)).items():
        scaled = np.ones(shape) if name.endswith("norm.weight") else random.normal(0, 0.05, shape)
        writer.add_tensor(name, scaled.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _head(arch: str) -> int:
    """The size of an attention head; Qwen3's is the same in all its models."""
    return 128 if arch == "qwen3" else HIDDEN // HEADS


def _shapes(arch: str, tokens: int) -> dict[str, tuple[int, ...]]:
    q, kv = _head(arch) * HEADS, _head(arch) * KV_HEADS
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (tokens, HIDDEN), "output_norm.weight": (HIDDEN,)}
    for number in range(BLOCKS):
        block = f"blk.{number}"
        shapes |= {
            f"{block}.attn_norm.weight": (HIDDEN,),
            f"{block}.attn_q.weight": (q, HIDDEN),
            f"{block}.attn_k.weight": (kv, HIDDEN),
            f"{block}.attn_v.weight": (kv, HIDDEN),
            f"{block}.attn_output.weight": (HIDDEN, q),
            f"{block}.ffn_norm.weight": (HIDDEN,),
            f"{block}.ffn_gate.weight": (FEED_FORWARD, HIDDEN),
            f"{block}.ffn_up.weight": (FEED_FORWARD, HIDDEN),
            f"{block}.ffn_down.weight": (HIDDEN, FEED_FORWARD),
        }
        if arch == "qwen2":
            shapes |= {f"{block}.attn_q.bias": (HIDDEN,), f"{block}.attn_k.bias": (kv,), f"{block}.attn_v.bias": (kv,)}
        if arch == "qwen3":
            shapes |= {f"{block}.attn_{one}_norm.weight": (_head(arch),) for one in "qk"}
    return shapes
