"""A second scorer, written from docs/codebook.md alone and as plainly as possible, to check the first one against.

It imports nothing of baogao and reads plain JSON: a gold file's content, a record (or None), the names of the fields.
"""

import unicodedata
from decimal import Decimal
from fractions import Fraction


def number(value):
    """The value as an exact decimal."""
    return None if value is None else Decimal(str(value))


def is_stated(field):
    """Stated is reported or reported_none."""
    return field["status"] in ("reported", "reported_none")


def same(reading, answer):
    """Same status and value."""
    if reading["status"] == "reported_none" and answer["status"] == "reported_none":
        return True
    return (
        reading["status"] == "reported"
        and answer["status"] == "reported"
        and number(reading["value"]) == number(answer["value"])
    )


def overlap(copies, spans):
    """Whether two sets of characters have one in common."""
    gold = set()
    for copy in copies:
        for start, end in copy:
            gold.update(range(start, end))
    said = set()
    for start, end in spans or []:
        said.update(range(start, end))
    return bool(gold & said)


def verdict(gold, record, name):
    """The table of the codebook, row by row."""
    if record is None or record["status"] == "failed":
        return "errored"
    field = gold["fields"].get(name, {"status": "not_reported"})
    answer = record["fields"].get(name, {"status": "not_reported"})
    alternatives = field.get("alternatives", [])
    if is_stated(field):
        if not is_stated(answer):
            return "missing"
        if same(field, answer) or any(same(other, answer) for other in alternatives):
            return "correct"
        return "wrong"
    if not is_stated(answer):
        return "absent"
    if any(same(other, answer) for other in alternatives):
        return "neutral"
    return "spurious"


def matched(gold, record, name):
    """Of a correct answer: (right bound, overlapping evidence), the best over the readings that it equals."""
    field, answer = gold["fields"][name], record["fields"][name]
    found = []
    for reading in [field, *field.get("alternatives", [])]:
        if same(reading, answer):
            bound = (answer.get("bound") or "exact") == reading.get("bound", "exact")
            found.append((overlap(reading["evidence"], answer.get("evidence")), bound))
    grounded, bound = max(found)
    return bound, grounded


def document(gold, record, names):
    """Each field's verdict."""
    return {name: verdict(gold, record, name) for name in names}


def rates(golds, records, names):
    """Precision, recall, F1, bound accuracy and grounding over all documents, as exact fractions or None."""
    answered = stated = correct = bounds = places = 0
    for doc_id, gold in golds.items():
        record = records.get(doc_id)
        for name in names:
            said = verdict(gold, record, name)
            answered += said in ("correct", "wrong", "spurious")
            stated += is_stated(gold["fields"].get(name, {"status": "not_reported"}))
            if said == "correct":
                correct += 1
                bound, grounded = matched(gold, record, name)
                bounds += bound
                places += grounded
    precision = Fraction(correct, answered) if answered else None
    recall = Fraction(correct, stated) if stated else None
    f1 = None
    if precision is not None and recall is not None:
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else Fraction(0)
    share = (Fraction(bounds, correct), Fraction(places, correct)) if correct else (None, None)
    return {"precision": precision, "recall": recall, "f1": f1, "bound_accuracy": share[0], "grounding": share[1]}


def metadata_right(gold, record, name):
    """Equal after NFKC and removal of white space."""
    if record is None or record["status"] == "failed":
        return False
    true, said = gold["metadata"].get(name), record["metadata"].get(name, {}).get("value")
    if true is None or said is None:
        return true is said
    folded = [unicodedata.normalize("NFKC", text) for text in (true, said)]
    return "".join(folded[0].split()) == "".join(folded[1].split())


def list_found(gold, record, name):
    """How many items of the answer are right."""
    if record is None or record["status"] == "failed":
        return 0
    items, taken = gold["lists"].get(name, []), set()
    for answer in record["lists"].get(name, []):
        for number_, copies in enumerate(items):
            if number_ not in taken and overlap(copies, answer["evidence"]):
                taken.add(number_)
                break
    return len(taken)
