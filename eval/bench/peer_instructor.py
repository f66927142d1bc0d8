"""Plain instructor on a job of ``peers.py``; runs in the peers' environment: reads the job from standard input.

One call for a report, answered by a flat model with one optional number for each field, held to its JSON schema by the
server: what the manual's first page does. It has no evidence.
"""

from __future__ import annotations

import time
from typing import Any

import instructor
import openai
from peer_job import Answer, Answered, Meter, read_job, write_answers
from pydantic import Field, create_model

_REPLY_TOKENS = 2048
_TASK = "你是政府报告统计员。从报告中读出各项指标的数字。报告没有写的填 null，写明没有发生的填 0。"


def main() -> None:
    """Extract every report of the job."""
    job = read_job()
    meter = Meter()
    api = openai.OpenAI(base_url=job["base_url"], api_key="none", max_retries=0, timeout=600)
    completions: Any = api.chat.completions
    completions.create = meter.around(completions.create)
    client = instructor.from_openai(api, mode=instructor.Mode.JSON_SCHEMA)
    fields: dict[str, Any] = {
        field["id"]: (float | None, Field(None, description=f"{field['label']}（{field['unit']}）"))
        for field in job["fields"]
    }
    model = create_model("Report", **fields)
    for report in job["reports"]:
        started = time.perf_counter()
        error, answers = "", []
        try:
            answers = _extract(client, job["model"], model, report["text"])
        except Exception as failure:  # a peer's failure is a result of the comparison
            error = f"{type(failure).__name__}: {failure}"[:300]
        seconds = time.perf_counter() - started
        write_answers(Answered(report["doc_id"], answers, seconds, *meter.taken(), error=error))


def _extract(client: Any, name: str, model: Any, text: str) -> list[Answer]:
    messages = [{"role": "system", "content": _TASK}, {"role": "user", "content": text}]
    filled = client.chat.completions.create(
        model=name, messages=messages, response_model=model, max_tokens=_REPLY_TOKENS, temperature=0.0, max_retries=2
    )
    given = filled.model_dump()
    return [Answer(field, f"{value:.10g}", None) for field, value in given.items() if value is not None]


if __name__ == "__main__":
    main()
