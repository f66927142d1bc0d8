"""各N: a number that is printed once and holds for each of the nouns before it (森林扑火演练、消防演练各1场)."""

from __future__ import annotations

import re

_WORDS = r"各(?:自|有|为|达|办理|受理|开展|组织|举办|举行|召开|进行|完成|办结|印发|制定)?了? ?"
_EACH = re.compile(rf"{_WORDS}\Z")
_HEAD = re.compile(_WORDS)
_CLAUSE = re.compile(r"[^，。；：,;:()（）!?！？\n]*\Z")
_LONGEST_CLAUSE = 120
"""Characters before 各 in which its nouns may stand."""
_JOINTS = re.compile(
    r"、|/|以及|(?<![调共总缓温饱呼协祥中平柔附应])和(?![谐解平睦林静田县硕布])|(?<![涉普波触顾危提论企埃以])及(?![时格其早])"
    r"|(?<![参给赋付])与(?![会时])"
)
"""What parts nouns of equal rank, and is no part of a word (和谐, 普及, 参与)."""
_VERBS = re.compile(
    r"开展|举办|组织|召开|进行|举行|完成|实施|收到|受理|办理|办结|审结|制定|修订|印发|承办|参加|安排|建立|建成|设立|打造|查处"
    r"|发放|评选|选派|聘请|新增|签订|派出|接待|协助|指导|邀请|录制|出具|配备|分为"
)
_COUNTED_ELSEWHERE = re.compile(
    r"\d+(?!\d|[年月日])|[一二两三四五六七八九十百千几数多]+(?:个|家|所|项|类|名|支|级|场|次|部门)|等|各|每|分别|所有|全部"
)
"""In a noun these say that its number is printed elsewhere, or that not all nouns are."""


def nouns_sharing(text: str, start: int) -> int:
    """How many nouns a number counts for: 2 in 森林扑火演练、消防演练各1场; 1 where it does not stand behind 各.

    Where the nouns are not listed, or not all of them (12个镇各1场, 等各1场), the number is read as it is printed.

    :param start: of the number in ``text``, which may be folded, or of 各 before it.
    """
    head = _HEAD.match(text, start)
    start = head.end() if head else start
    lead = text[max(0, start - _LONGEST_CLAUSE) : start]
    each = _EACH.search(lead)
    clause = _CLAUSE.search(lead, 0, each.start()) if each else None
    if clause is None:
        return 1
    listed = clause[0]
    # The nouns are the object of the last verb that has a whole list behind it.
    for verb in reversed(list(_VERBS.finditer(listed))):
        parts = _JOINTS.split(listed[verb.end() :])
        if len(parts) > 1 and all(part.strip() for part in parts):
            break
    else:
        parts = _JOINTS.split(listed)
    parts = [part.strip() for part in parts]
    whole = all(parts) and not any(_COUNTED_ELSEWHERE.search(part) for part in parts)
    return len(parts) if whole else 1
