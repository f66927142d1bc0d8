"""Extraction by batch: questions go into files, replies come from files, records are those of a live run.

Both commands run the ordinary extraction over every document. What carries its requests answers from the replies that
are here; a request without one is written into the next request file, and its document waits.
"""

from baogao.batch.folder import BatchFolder, BatchSetup, RequestFiles
from baogao.batch.results import Replies
from baogao.batch.run import BatchSink, BatchTransport, PatientExtractor

__all__ = [
    "BatchFolder",
    "BatchSetup",
    "BatchSink",
    "BatchTransport",
    "PatientExtractor",
    "Replies",
    "RequestFiles",
]
