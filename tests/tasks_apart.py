"""Tasks for processes that read files; a process imports this module, and so it holds nothing else."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from baogao.candidates import Candidates
from baogao.document import Document
from baogao.guarded import Finish
from baogao.inputs import Source
from baogao.reading import failed_record, provenance
from baogao.record import Record
from baogao.schema import load_schema
from short_reports import COMMUNIQUE


@dataclass(frozen=True)
class Marked:
    """Makes a record that says which process made it; a report called ``dies``, ``fails``, ``waits`` does so."""

    begins: bool = True

    def begin(self) -> Finish:
        """Nothing to load, or nothing that can be."""
        if not self.begins:
            raise ValueError("there is nothing to begin with")
        schema = load_schema(COMMUNIQUE)

        def finish(document: Document, candidates: Candidates) -> Record | None:
            if document.doc_id == "dies":
                os._exit(3)
            if document.doc_id == "fails":
                raise ZeroDivisionError("oh")
            if document.doc_id == "waits":
                time.sleep(60)
            source = Source(document.doc_id, COMMUNIQUE)
            made_by = provenance(schema, "llm")
            return failed_record(source, f"made by {os.getpid()} of {len(candidates)} candidates", schema, made_by)

        return finish
