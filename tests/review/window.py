"""A run's folder to review, and a page that somebody has open on it, without a browser."""

from functools import lru_cache

from baogao.review.app import review_app
from baogao.review.session import ReviewSession
from baogao.schema import load_schema


@lru_cache
def flagship():
    """The schema of most runs here, loaded once."""
    return load_schema()


def write_run(folder, records, texts):
    """A run's folder as ``extract`` leaves it."""
    (folder / "texts").mkdir(parents=True)
    (folder / "records.jsonl").write_text("".join(f"{one.to_json()}\n" for one in records), encoding="utf-8")
    queue = [review for one in records for review in one.review]
    (folder / "review.jsonl").write_text("".join(f"{one.to_json()}\n" for one in queue), encoding="utf-8")
    for one in records:
        if one.doc_id in texts:
            (folder / "texts" / f"{one.doc_id}.txt").write_bytes(texts[one.doc_id].encode())
    return folder


class Window:
    """A page that somebody has open, without its browser."""

    def __init__(self, folder, who="Li", **settings):
        from starlette.testclient import TestClient

        self.session = ReviewSession(folder, **{"schema": flagship(), **settings})
        self.client = TestClient(review_app(self.session))
        self.who = who
        self.number = 0

    def report(self, doc_id):
        """All that is shown of a report."""
        answer = self.client.get("/report", params={"doc": doc_id, "who": self.who})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def asked(self, doc_id, key, act, spans=(), view=None, **more):
        """One thing to say, having seen what the page shows."""
        review = (view or self.report(doc_id))["review"]
        self.number += 1
        said = {
            "id": f"{self.who}-{id(self)}-{self.number}",
            "doc_id": doc_id,
            "text_sha256": review["sha"],
            "key": key,
        }
        return said | {"act": act, "evidence": list(spans), "seen": review["last"].get(key)} | more

    def post(self, *asked):
        """The server's answer to a step."""
        return self.client.post("/decisions", json={"who": self.who, "asked": asked})

    def say(self, doc_id, key, act, spans=(), **more):
        """Say one thing; the report as it is then."""
        answer = self.post(self.asked(doc_id, key, act, spans, **more))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def there(self, doc_id, key, *spans, **more):
        """What stands at some characters, for a field."""
        return self.client.post("/there", json={"doc_id": doc_id, "key": key, "spans": spans, **more})
