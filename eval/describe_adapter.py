"""Give an adapter that was tuned before `baogao tune` the description that baogao wants, and make it smaller.

Half of its numbers (the first of each pair of matrices, whose rows are long) are kept in 8 bits, q8_0; the others have
rows of eight numbers, which no such format holds, and stay in 16 bits.

    python eval/describe_adapter.py TUNED.gguf law_based_government.adapter.gguf --way tag --base BASE.gguf \\
        --reports 96 --pairs 1658 --recipe '{"rank": 8}' --names fictional/dev --note "…"
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
from gguf.quants import quantize

from baogao.asking.adapters import KEY, AdapterInfo, TunedOn, learned_of, prompts_learned
from baogao.llm.prompts import load_prompts
from baogao.opening import base_of
from baogao.schema.load import load_schema

ROW = 32
"""Numbers of one block of q8_0."""


def main() -> None:
    """Read one file, write the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tuned", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--way", choices=["tag", "blank"], required=True)
    parser.add_argument("--base", type=Path, help="the model file; without it the one that `baogao model pull` fetches")
    parser.add_argument("--schema", default="law_based_government")
    parser.add_argument("--reports", type=int, required=True)
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument("--names", nargs="*", default=[])
    parser.add_argument("--recipe", type=json.loads, default={})
    parser.add_argument("--measured", type=json.loads, default={})
    parser.add_argument("--versions", type=json.loads, default={})
    parser.add_argument("--note", default="")
    parser.add_argument("--whole", action="store_true", help="keep every number in 16 bits")
    told = parser.parse_args()
    schema = load_schema(told.schema)
    info = AdapterInfo(
        way=told.way,
        schema_name=schema.name,
        learned=learned_of(schema),
        prompts=prompts_learned(told.way, load_prompts(), schema),
        base=base_of(told.base),
        tuned_on=TunedOn(reports=told.reports, pairs=told.pairs, names=told.names),
        recipe=told.recipe,
        versions=told.versions,
        measured=told.measured,
        note=told.note,
    )
    tuned = GGUFReader(told.tuned)
    field = tuned.get_field("general.architecture")
    alpha = tuned.get_field("adapter.lora.alpha")
    assert field is not None
    assert alpha is not None
    writer = GGUFWriter(told.out, field.contents())
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(alpha.contents()))
    writer.add_string(KEY, info.model_dump_json())
    for tensor in tuned.tensors:
        data = np.asarray(tensor.data)
        if not told.whole and data.shape[-1] % ROW == 0:
            packed = quantize(data.astype(np.float32), GGMLQuantizationType.Q8_0)
            writer.add_tensor(tensor.name, packed, raw_dtype=GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(tensor.name, data.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{told.out}: {told.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
