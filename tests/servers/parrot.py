"""A tiny chat model that knows some lessons by heart, as the two kinds of files that servers load.

Two layers of Qwen2's architecture with a vocabulary of their own. It is trained here, in a minute, until the
probability of every token that it is to say is high enough for any arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from servers.kinds import CONTEXT
from servers.lessons import Lesson
from tuning.tiny_base import CHATML, SPECIAL

VOCABULARY, HIDDEN, FEED_FORWARD, HEADS, BLOCKS = 900, 128, 256, 4, 2
ROPE_THETA = 10000.0
_LONGEST_TOKEN = 12
"""In bytes, as in vocabularies of real models; llama-cpp-python leaves out what is longer than 32."""
_SURE = 0.98
"""The least probability of a token that it is to say."""
_EPOCHS = 120
"""At most; by the end the model hardly changes any more."""
_RATE = 3e-3
_TRIES = 3
# How Qwen2 cuts a text before it looks for pairs; llama.cpp does so in files that name it.
_PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def write_parrot(folder: Path, lessons: Sequence[Lesson]) -> None:
    """Train it and write ``parrot`` (a folder as transformers, vLLM and MLX load it) and ``parrot.gguf`` (llama.cpp).

    :raises AssertionError: it did not learn its lessons.
    """
    import torch

    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(
        [turn["content"] for one in lessons for turn in one.messages] + [one.reply for one in lessons]
    )
    encoded = [_encoded(tokenizer, one) for one in lessons]
    for seed in range(_TRIES):
        torch.manual_seed(seed)
        model = _model(tokenizer)
        if _learn(model, encoded):
            break
    else:
        raise AssertionError("the parrot did not learn its lessons")
    place = folder / "parrot"
    model.save_pretrained(place)
    tokenizer.save_pretrained(place)
    settings = json.loads((place / "config.json").read_text())
    # Where programs look that know no newer files than those of transformers 4.
    (place / "config.json").write_text(json.dumps(settings | {"rope_theta": ROPE_THETA}, indent=1))
    _write_gguf(folder / "parrot.gguf", model, tokenizer)


def _tokenizer(texts: list[str]) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    cut = pre_tokenizers.Split(Regex(_PIECES), "isolated")
    bare.pre_tokenizer = pre_tokenizers.Sequence(
        [cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    bare.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        initial_alphabet=alphabet,
        special_tokens=list(SPECIAL),
        max_token_length=_LONGEST_TOKEN,
        show_progress=False,
    )
    bare.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bare,
        chat_template=CHATML,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=CONTEXT,
    )


def _model(tokenizer: Any) -> Any:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=FEED_FORWARD,
        num_hidden_layers=BLOCKS,
        num_attention_heads=HEADS,
        num_key_value_heads=HEADS,
        max_position_embeddings=CONTEXT,
        rope_theta=ROPE_THETA,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        dtype="float32",
    )
    return Qwen2ForCausalLM(config)


def _encoded(tokenizer: Any, lesson: Lesson) -> tuple[list[int], list[int]]:
    """A prompt as the chat template prints it, and the reply with the end of its turn, in tokens."""
    prompt = tokenizer.apply_chat_template(lesson.messages, tokenize=False, add_generation_prompt=True)
    return tokenizer.encode(prompt), [*tokenizer.encode(lesson.reply), tokenizer.eos_token_id]


def _learn(model: Any, encoded: list[tuple[list[int], list[int]]]) -> bool:
    """Train until every token that is to be said is probable enough; whether it came so far."""
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.0)
    slower = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, total_iters=_EPOCHS)
    for _ in range(_EPOCHS):
        least = 1.0
        for group in range(0, len(encoded), 4):
            optimizer.zero_grad()
            for prompt, reply in encoded[group : group + 4]:
                said = torch.tensor([prompt + reply])
                logits = model(said[:, :-1]).logits[0, len(prompt) - 1 :]
                loss = torch.nn.functional.cross_entropy(logits, said[0, len(prompt) :], reduction="none")
                least = min(least, float(torch.exp(-loss.detach().max())))
                loss.mean().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        slower.step()
        if least > _SURE:
            return True
    return False


def _write_gguf(path: Path, model: Any, tokenizer: Any) -> None:
    import gguf

    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("parrot")
    writer.add_block_count(BLOCKS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_freq_base(ROPE_THETA)
    writer.add_layer_norm_rms_eps(model.config.rms_norm_eps)
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if one in SPECIAL else gguf.TokenType.NORMAL for one in tokens])
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, BLOCKS)
    for name, weights in model.state_dict().items():
        if name != "lm_head.weight":  # tied to the embedding
            writer.add_tensor(names.get_name(name, (".weight", ".bias")), weights.float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
