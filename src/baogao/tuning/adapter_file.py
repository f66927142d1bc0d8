"""An adapter as a file: for llama.cpp (GGUF), for peft, or merged into its base for other servers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from baogao.asking.adapters import KEY, AdapterInfo
from baogao.choices import Export
from baogao.errors import UsageError
from baogao.tuning.base import BaseFile, Tokens

EXPORTS: tuple[Export, ...] = get_args(Export)
_DESCRIPTION = f"{KEY}.json"
"""What a folder is described by."""


def write_gguf(path: Path, model: Any, base: BaseFile, info: AdapterInfo, alpha: float) -> None:
    """Write an adapter for llama.cpp, in 16 bits, with its description; what stood there stays until all is written.

    :param model: peft's.
    :param alpha: as it was trained with.
    :raises UsageError: it cannot be written, or llama.cpp has no name for something that was tuned.
    """
    import numpy as np
    from gguf import GGUFWriter

    tensors = dict(_tensors(model, base))
    aside = path.with_name(f"{path.name}.part")
    with _writing(path):
        writer = GGUFWriter(aside, base.arch)
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", alpha)
        writer.add_string(KEY, info.model_dump_json())
        for name, values in tensors.items():
            writer.add_tensor(name, np.ascontiguousarray(values, dtype=np.float16))
        try:
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            aside.replace(path)
        finally:
            writer.close()
            aside.unlink(missing_ok=True)


def write_peft(folder: Path, model: Any, info: AdapterInfo) -> None:
    """Write an adapter as peft does, with its description beside it.

    :raises UsageError: it cannot be written.
    """
    model.peft_config["default"].base_model_name_or_path = info.base.name  # not where it lies on this machine
    with _writing(folder):
        model.save_pretrained(folder, save_embedding_layers=False)
        (folder / _DESCRIPTION).write_text(info.model_dump_json(indent=1), encoding="utf-8")


def write_merged(folder: Path, model: Any, tokens: Tokens, info: AdapterInfo) -> None:
    """Write base and adapter as one model, as transformers does. The model is merged by it, and no adapter any more.

    Its base has the precision of the file that it was read from, and takes many times the room.

    :raises UsageError: it cannot be written.
    """
    merged = model.merge_and_unload()
    with _writing(folder):
        merged.save_pretrained(folder)
        tokens.tokenizer.save_pretrained(folder)
        (folder / _DESCRIPTION).write_text(info.model_dump_json(indent=1), encoding="utf-8")


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _tensors(model: Any, base: BaseFile) -> Iterator[tuple[str, Any]]:
    """The adapter's matrices by llama.cpp's names: ``blk.0.attn_q.weight.lora_a``."""
    from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

    arch = next((one for one, name in MODEL_ARCH_NAMES.items() if name == base.arch), None)
    if arch is None:
        raise UsageError(f"the package gguf does not know the architecture {base.arch!r}")
    names = get_tensor_name_map(arch, base.blocks)
    heads = {"attn_q": model.config.num_attention_heads, "attn_k": model.config.num_key_value_heads}
    for module, layer in model.get_base_model().named_modules():
        if not hasattr(layer, "lora_A"):
            continue
        name = names.get_name(module)
        down, up = (side["default"].weight.detach().float().cpu().numpy() for side in (layer.lora_A, layer.lora_B))
        if name is None or base.shapes.get(f"{name}.weight") != (up.shape[0], down.shape[1]):
            raise UsageError(f"llama.cpp has no tensor in {base.path} for {module}, which was tuned")
        kind = name.rpartition(".")[2]
        yield f"{name}.weight.lora_a", down
        yield f"{name}.weight.lora_b", _interleaved(up, heads[kind]) if base.arch == "llama" and kind in heads else up


def _interleaved(rows: Any, heads: int) -> Any:
    """The outputs of queries and keys as llama.cpp orders them for this architecture, whose positions are rotated in
    neighbouring pairs; transformers rotates halves of a head."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)
