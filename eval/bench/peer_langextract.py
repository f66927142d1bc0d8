"""langextract on a job of ``peers.py``; runs in the peers' environment: reads the job from standard input.

Every figure is one extraction: its class is the field's name, its text the figure as printed. The worked examples are
those that baogao shows. Chinese has no spaces, so the Unicode tokenizer is used. Replies are capped: without a cap a
small model does not find an end.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import langextract as lx
from langextract.core.tokenizer import UnicodeTokenizer
from langextract.prompt_validation import PromptValidationLevel
from peer_job import Answer, Answered, Meter, read_job, write_answers

_REPLY_TOKENS = 1024
_TASK = """从政府报告中提取统计数字。每个数字一条：
extraction_class 是下面所列的指标名称之一，extraction_text 照抄原文的数字和单位。
原文写明没有发生的，照抄“未发生……”等原文。
去年的数字、目标、某一单位的分项不提取；报告没有写的指标不提取。
指标：
"""


def main() -> None:
    """Extract every report of the job."""
    logging.disable(logging.ERROR)
    job = read_job()
    names = {field["label"]: field["id"] for field in job["fields"]}
    meter = Meter()
    for report in job["reports"]:
        started = time.perf_counter()
        error, answers = "", []
        try:
            answers = _extract(job, report["text"], names, meter)
        except Exception as failure:  # a peer's failure is a result of the comparison
            error = f"{type(failure).__name__}: {failure}"[:300]
        seconds = time.perf_counter() - started
        write_answers(Answered(report["doc_id"], answers, seconds, *meter.taken(), error=error))


def _extract(job: dict[str, Any], text: str, names: dict[str, str], meter: Meter) -> list[Answer]:
    model = _model(job, meter)
    found = lx.extract(
        text,
        prompt_description=_TASK
        + "\n".join(f"{field['label']}（{field['unit']}）{field['note']}" for field in job["fields"]),
        examples=[_example(example) for example in job["examples"]],
        model=model,
        use_schema_constraints=False,
        tokenizer=UnicodeTokenizer(),
        max_workers=1,
        show_progress=False,
        # It fails on an example without extractions.
        prompt_validation_level=PromptValidationLevel.OFF,
    )
    answers = []
    for one in found.extractions or []:
        place = one.char_interval
        if one.extraction_class in names and place is not None and place.start_pos is not None:
            span = (place.start_pos, place.end_pos)
            answers.append(Answer(names[one.extraction_class], str(one.extraction_text), span))
    return answers


def _model(job: dict[str, Any], meter: Meter) -> Any:
    options = {"base_url": job["base_url"], "api_key": "none", "temperature": 0.0}
    options |= {"max_output_tokens": _REPLY_TOKENS, "max_workers": 1}
    config = lx.factory.ModelConfig(model_id=job["model"], provider="OpenAILanguageModel", provider_kwargs=options)
    # No schema constraints: its own allow only the classes of the examples, which are a tenth of the fields.
    model: Any = lx.factory.create_model(config)
    completions = model._client.chat.completions
    completions.create = meter.around(completions.create)
    return model


def _example(example: dict[str, Any]) -> Any:
    figures = [(label, answer) for label, answer in example["answers"] if answer in example["text"]]
    extractions = [lx.data.Extraction(extraction_class=label, extraction_text=answer) for label, answer in figures]
    return lx.data.ExampleData(text=example["text"], extractions=extractions)


if __name__ == "__main__":
    main()
