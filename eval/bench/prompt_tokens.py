"""Tokens of prompts, counted without a model: link beside langextract, on the same reports with the same codebook.

``prompt_tokens.py [FOLDER]``. langextract is installed from the Python index into the peers' environment and asks a
server of this process, which counts what comes and finds nothing. Both are counted alike, by
``baogao.llm.estimate_tokens``; replies are not counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from peers import HERE, job_of, peers_environment

from baogao.asking.link import LinkExtractor
from baogao.document import read_document
from baogao.evaluation.runs import load_datasets
from baogao.extraction import ReportText
from baogao.llm import ModelClient, estimate_tokens, load_prompts, load_settings
from baogao.llm.tokens import estimate_conversation_tokens
from baogao.schema.load import load_schema

TEST = HERE.parent / "datasets" / "fictional" / "test"
_NOTHING = '```json\n{"extractions": []}\n```'


def main() -> None:
    """Count, and print both and their ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=TEST)
    parser.add_argument("--env", type=Path, default=Path(".demo/peers"), help="the peers' environment")
    options = parser.parse_args()
    schema = load_schema()
    (dataset,) = load_datasets([options.folder], schema)
    link = LinkExtractor(schema, ModelClient(load_settings(model="none")), load_prompts())
    reports = [ReportText.from_document(read_document(item.text_path), schema.sought) for item in dataset.items]
    questions = [question for report in reports for question in link.questions(report)]
    ours = sum(estimate_tokens(question.messages) for question in questions)
    alike = sum(estimate_tokens(question.messages[:1]) for question in questions)
    with counting_server() as (url, counts):
        job = job_of(dataset, schema, url, "none", notes=True)
        command = [peers_environment(options.env), HERE / "peer_langextract.py"]
        subprocess.run(command, input=json.dumps(job), stdout=subprocess.DEVNULL, text=True, check=True)
    theirs, number = sum(counts), len(reports)
    print(f"{number} reports: link {ours / number:,.0f} prompt tokens a report, langextract {theirs / number:,.0f}")
    print(f"{alike / ours:.0%} of the link prompts are the same for every report, and stand first")
    print(f"in {len(counts) / number:.1f} requests; {ours / theirs:.2f} of them")


@contextmanager
def counting_server() -> Iterator[tuple[str, list[int]]]:
    """A server of the OpenAI API that finds nothing; and the prompt tokens of every request so far."""
    counts: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:
            """Count it, and answer."""
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            counts.append(estimate_conversation_tokens(str(message["content"]) for message in asked["messages"]))
            choice = {"index": 0, "message": {"role": "assistant", "content": _NOTHING}, "finish_reason": "stop"}
            reply = {"id": "x", "object": "chat.completion", "created": 1, "model": "none", "choices": [choice]}
            body = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", counts
    finally:
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
