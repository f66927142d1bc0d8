"""Extraction by batch: questions go into files, replies come from files, records are those of a live run.

Preparing and collecting both run the ordinary extraction over every document. What carries its requests answers from
the replies that are here; a request without one is written into the next request file, and its document waits.
"""

from baogao.batch.folder import BatchFolder, BatchSetup, Limits, RequestFiles
from baogao.batch.results import Replies
from baogao.batch.run import (
    AnsweredTransport,
    BatchPass,
    BatchSink,
    BatchTransport,
    PatientExtractor,
    collect_batch,
    prepare_batch,
)

__all__ = [
    "AnsweredTransport",
    "BatchFolder",
    "BatchPass",
    "BatchSetup",
    "BatchSink",
    "BatchTransport",
    "Limits",
    "PatientExtractor",
    "Replies",
    "RequestFiles",
    "collect_batch",
    "prepare_batch",
]
