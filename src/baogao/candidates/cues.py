"""What the context says of a number: last year's, a growth, a target, a total over years, a part, a sub-unit's.

Within a sentence the words that set a cue and the words that end it are read in order. A cue holds for its
clause (up to ，), for its segment (up to ； or 。) or for its brackets, and ends early where the text comes back to the
period.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter

from baogao.candidates.period import Period
from baogao.candidates.tape import Mention, Tape
from baogao.candidates.yearly_tape import YearlyTape
from baogao.candidates.yearly_words import tokens
from baogao.schema.fields import Cue

_TOWN = (
    r"(?P<town>[\u4e00-\u9fff]{2,6}?(?:(?<!城)镇|(?<=城)镇(?![化居常新登调老职就人低困])|(?<!城)乡|街道|苏木|开发区|园区|高新区))"
    r"(?![村街级区两三各全\u4e00-\u9fff]?[两三]级)(?!镇|乡|村|等|街|长|党|里|直|属|[（(])"
)
SUB_UNIT = re.compile(
    rf"(?:[，。；：,;:（(]|^)(?:其中|仅|而)?[：:]?{_TOWN}|仅[^，。；,;\d]{{2,14}}?[就即]|一[家地](?=[就即便收抽])"
    r"|局(?=\d+(?![\d月日年时：:])|[^，。；,;\d]{0,4}两家)"
)
"""One unit below the one that reports, as the subject of a clause."""
_BELOW = re.compile("[镇乡街木区仅家地局]")
"""``SUB_UNIT`` matches no sentence without one of these, and most have none."""
PLACE = re.compile(
    r"(?:[，。；：、,;:（(]|^)(?:其中|仅|而)?[：:]?(?P<place>[\u4e00-\u9fff]{2,5}?[市县区旗州盟])(?![各直属级辖两（(])"
)
"""A place at the head of a clause."""
NOT_A_NAME = re.compile(
    r"^(?:推动|推进|指导|组织|督促|实施|深入|走进|赋予|下沉|开展|建立|完善|加强|强化|落实|打造|建设|覆盖|涉及|选派|联合"
    r"|会同|依托|通过|面向|承接|健全|规范|明确|发挥|调动|统筹|成立|支持|向|对|在|为|将|由|给|到|从|以|与|和|多|有)"
    r"|[各全我本该每某两个]|部分|少数|其[他余]|所有|乡|[省市县区旗镇村街州盟、]+(?:镇|乡|街道)$|苏木镇|苏木乡"
)
"""What the two patterns above find and is no name of a place: verbs before 乡镇, 全县, 各镇."""

_SPACE = re.compile(r"\s")


def read_cues(
    sentence: str,
    mentions: Iterable[Mention],
    period: Period,
    planned: bool = False,
    reviewed: bool = False,
    changes: bool = False,
) -> list[tuple[Cue, ...]]:
    """The cues of each number of one sentence.

    White space inside a sentence means nothing in Chinese; OCR and hard line breaks strew it about.

    :param sentence: the sentence, folded.
    :param mentions: its numbers, in order.
    :param planned: True where the section is about what is to come.
    :param reviewed: True where it is about several years.
    :param changes: whether a schema asks for changes, so that more words of them count.
    """
    places = list(mentions)
    spaces = [match.start() for match in _SPACE.finditer(sentence)]
    if spaces:
        sentence = _SPACE.sub("", sentence)
        places = [
            Mention(m.start - bisect_left(spaces, m.start), m.end - bisect_left(spaces, m.end), m.unit) for m in places
        ]
    if not places:
        return []
    tape = YearlyTape(sentence, period, planned, reviewed) if period.yearly else Tape(sentence, period, planned)
    words = tokens("before_title" if period.yearly else "title", changes)
    events = _events(sentence, words, period, places[-1].end)
    result: list[tuple[Cue, ...]] = []
    position = 0
    for mention in places:
        while position < len(events) and events[position][0] < mention.end:
            start, kind, token = events[position]
            if start < mention.start:
                tape.apply(kind, token)
            position += 1
        result.append(tape.cues(mention))
        tape.last_number_end = mention.end
    return result


def _events(text: str, words: re.Pattern[str], period: Period, end: int) -> list[tuple[int, str, re.Match[str]]]:
    """The words that matter, with place and kind, in order, before ``end``: behind the last number none does."""
    events: list[tuple[int, str, re.Match[str]]] = []
    for match in words.finditer(text):
        if match.start() >= end:
            break
        assert match.lastgroup is not None  # every alternative is a named group
        events.append((match.start(), match.lastgroup, match))
    for match in SUB_UNIT.finditer(text) if _BELOW.search(text) else ():
        if match.start() >= end:
            break
        town = match["town"]
        if town is None or not (NOT_A_NAME.search(town) or town in period.title):
            events.append((match.start(), "sub_unit", match))
    for match in PLACE.finditer(text) if period.below else ():
        if match.start() >= end:
            break
        place = match["place"]
        if place[-1] in period.below and not NOT_A_NAME.search(place) and place not in period.title:
            events.append((match.start(), "sub_unit", match))
    events.sort(key=itemgetter(0))
    return events
