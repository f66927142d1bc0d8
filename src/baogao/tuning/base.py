"""The base model that an adapter is trained on: the file that is served, its weights unpacked for training.

The adapter must fit the quantised weights that it will be used with, so it is trained on just these, and not on the
publisher's finer ones.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
from collections.abc import Sequence
from dataclasses import dataclass
from logging import ERROR
from math import prod
from pathlib import Path
from typing import Any

from baogao.choices import Device, DeviceOrAuto
from baogao.errors import UsageError
from baogao.llm.messages import Message
from baogao.llm.server import check_gguf

NEEDED = ("gguf", "peft", "torch", "transformers")
"""What the extra ``tune`` brings."""


def check_extra() -> None:
    """Make sure that what training needs is installed.

    :raises UsageError: it is not; says how to install it.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"tuning needs {', '.join(missing)}; install it with: pip install 'baogao[tune]'")


def device_for(wanted: DeviceOrAuto) -> Device:
    """Where to train: a CUDA card where there is one, else Apple's graphics (MPS), else the processor.

    :raises UsageError: the device that is asked for is not here.
    """
    import torch

    here: dict[Device, bool] = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return next(device for device, there in here.items() if there)
    if not here[wanted]:
        raise UsageError(f"there is no device {wanted!r} here; there is: {', '.join(d for d in here if here[d])}")
    return wanted


@dataclass(frozen=True)
class BaseFile:
    """What a model file says of itself, its weights unread."""

    path: Path
    arch: str
    """The architecture, as GGUF calls it: ``qwen2``."""
    blocks: int
    """Transformer layers."""
    hidden: int
    """The width of the layers."""
    feed_forward: int
    """The width of the feed-forward part."""
    vocabulary: int
    shapes: dict[str, tuple[int, ...]]
    """Of each tensor, by its name; a matrix has outputs before inputs."""

    @classmethod
    def read(cls, path: Path) -> BaseFile:
        """Read the head of a model file.

        :raises ModelFileError: it is missing, or no GGUF.
        :raises UsageError: it is broken, or is not a language model.
        """
        check_gguf(path)
        from gguf import GGUFReader

        try:
            reader = GGUFReader(path)
            arch = str(reader.fields["general.architecture"].contents())
            sizes = ("block_count", "embedding_length", "feed_forward_length")
            blocks, hidden, feed_forward = (int(reader.fields[f"{arch}.{key}"].contents()) for key in sizes)
            shapes = {one.name: tuple(int(side) for side in reversed(one.shape)) for one in reader.tensors}
            return cls(path, arch, blocks, hidden, feed_forward, shapes["token_embd.weight"][0], shapes)
        except (ValueError, KeyError, IndexError, TypeError, OSError) as error:
            raise UsageError(f"{path} is not a language model to tune: {_first_line(error)}") from error

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        return sum(map(prod, self.shapes.values()))

    @property
    def in_blocks(self) -> int:
        """How many of them are in its layers, and so are multiplied for every token."""
        return sum(prod(shape) for name, shape in self.shapes.items() if name.startswith("blk."))

    @property
    def largest(self) -> int:
        """The weights of the largest tensor."""
        return max(map(prod, self.shapes.values()))


@dataclass(frozen=True)
class Encoded:
    """A pair in tokens."""

    prompt: tuple[int, ...]
    reply: tuple[int, ...]
    """With the token that ends a turn."""

    @property
    def length(self) -> int:
        """Tokens in all."""
        return len(self.prompt) + len(self.reply)


class Tokens:
    """The tokens of a base model, as its server makes them."""

    def __init__(self, base: BaseFile) -> None:
        """Read the vocabulary and the chat template.

        :raises UsageError: there are none that transformers can read, or no token that ends a turn.
        """
        from transformers import AutoTokenizer

        with _read_by_transformers(base.path):
            self.tokenizer: Any = AutoTokenizer.from_pretrained(base.path.parent, gguf_file=base.path.name)
        if self.tokenizer.eos_token_id is None or not self.tokenizer.chat_template:
            raise UsageError(f"{base.path} has no chat template, or no token that ends a turn: it is no chat model")
        self.end = int(self.tokenizer.eos_token_id)
        """Ends a turn."""
        pad = self.tokenizer.pad_token_id
        self.padding = self.end if pad is None else int(pad)

    def prompt_text(self, messages: Sequence[Message]) -> str:
        """The messages as the model's chat template prints them, up to where the reply begins."""
        turns = [{"role": one.role, "content": one.content} for one in messages]
        return str(self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))

    def encode(self, messages: Sequence[Message], reply: str) -> Encoded:
        """A question and the reply to learn, in tokens.

        Both apart, because a model that is asked begins its reply with a token of its own.
        """
        prompt = self._ids(self.prompt_text(messages))
        bos = self.tokenizer.bos_token_id
        if getattr(self.tokenizer, "add_bos_token", False) and prompt[:1] != [bos]:
            prompt = [bos, *prompt]  # as llama.cpp does, where the template does not
        return Encoded(tuple(prompt), (*self._ids(reply), self.end))

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids


def load_model(base: BaseFile, device: Device, *, dtype: str = "bfloat16") -> Any:
    """The model with its weights unpacked, frozen, on its device.

    :param dtype: of the weights, as torch calls it.
    :returns: transformers' causal language model.
    :raises UsageError: transformers cannot read it.
    """
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    with _read_by_transformers(base.path):
        model: Any = AutoModelForCausalLM.from_pretrained(
            base.path.parent,
            gguf_file=base.path.name,
            dtype=getattr(torch, dtype),
            quantization_config=GgufConfig(dequantize=True),
        )
    model.config.use_cache = False
    return model.requires_grad_(False).to(device)


@contextlib.contextmanager
def _read_by_transformers(path: Path) -> Any:
    """Whatever transformers says while it reads a file is kept off the terminal, and is one line where it cannot."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity(ERROR)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    except MemoryError:
        raise
    except Exception as error:  # it raises of many kinds: architectures, tensors, tokenizers that it does not know
        raise UsageError(f"transformers cannot read {path} for training: {_first_line(error)}") from error
    finally:
        logging.set_verbosity(before)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().split("\n", 1)[0]
