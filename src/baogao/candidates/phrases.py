"""Candidates that are words: phrases that say "none".

They are 暂无备案文件, 未收到申请, 零投诉, 涉外的一件也没有. A negation counts when it denies that something
exists or happened, not when it denies a quality (未完全落实) or is part of a word (无障碍, 未成年人). Conjuncts are
phrases of their own: 暂无甲案件和乙案件 denies 甲案件, and it denies both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from baogao.document.document import Span

_HAPPEN = (
    "发生|收到|接到|出现|受理|接收|办理|产生|制定|制发|出台|印发|发布|发现|承办|涉及|形成|引发|新增|有|存在|提起|提出|"
    "开展|组织|举办|召开|查处|被|接报|作出|做出|发出|发放|聘|报送|代理|因|见(?!效|底|好|过)|办结过|审理过"
)
"""Verbs of happening and being: 未 before one of them denies that there was anything."""
_QUALITY = r"(?!最|休止|终点|捷径|完|局外|旁观|止境|断|很|达|落实|得到|形成|办|审|结)"
"""Behind 没有: what makes it a quality or a slogan (没有最好), or a deed left undone (没办结)."""
_DEGREE = r"(?!效|所|关|机|利|序|力|待|的|些|差距|很大|完|关键|能|时|及时)"
"""Behind 未 and its verb: 未发生效力, 未形成完整…, where something is there, but not so."""
_NOT_NONE = (
    r"障碍|纸|偿|法|论|关|证|人(?!参加|参考|报考|应考|报名|申请|提出|投诉|上访|反映|死亡|伤亡|员)|缝|差别|私|愧|疑|须|需|照|效"
    r"|权|形|业|害|理|房|废|烟|线|锡|讼|毒|忧|感|限|一例外|一不|故|牌|主|"
    r"还本|罪|党派|声|缘|锁|处|上|任何|抵押|干扰|接触|缺|补|非|从|可|比|辜|视|悔|微不至|所|计|穷|盲区|死角|缺陷"
)
"""Behind 无: it is part of a word (无障碍, 无论), or denies what is no case or file (无缝)."""
_ZERO_WORDS = (
    r"距离|容忍|跑|延迟|障碍|基础|售|散|星|工|件|部件|碳|门槛|接触|时差|见面|材料|成本|首付|收费|费用|报告|延误|等待|干扰|差错|"
    r"次跑|排放|差评|突破|起点|和|点|[一二三四五六七八九十百千万两]"
)
"""Behind 零: slogans (零距离), other words (零售) and numerals."""
_END = r"[^，。；：！？、,;:!?\n（）()“”]"
"""A character of a noun: none that ends a clause."""
_BEFORE_WU = r"，。；：、,;:.\s（(均皆也年月度内期前来仍并且中件间今局镇乡县区旗市省州盟道办"
"""What 无 may follow to deny a noun; behind anything else it mostly ends a word."""
_NEGATION = re.compile(
    rf"""(?=[暂尚均全从并还也都迄没无未零不])(?:
      (?:暂|尚|均|全年|从|并|还|也|都|迄今){{0,6}}(?:没有|无|没)\s?(?:任何|一\s?[件起例宗次项人份个名家处])(?!都|不|外)
    | (?:暂|尚|均|从|并|还|也|都){{0,6}}未(?:曾|再|新|有)?(?:{_HAPPEN}){_DEGREE}(?:过)?
    | (?:暂|尚|均|从|并|还|也|都){{0,6}}没
        (?:有(?:{_HAPPEN}|需要|应当|需|相关|涉及)?|发生|收到|接到|出现){_QUALITY}{_DEGREE}
    | (?:暂|尚)(?:且)?无(?!法|权|力)
    | (?:(?<=[{_BEFORE_WU}])|^)无(?!{_NOT_NONE})
    | 无一(?!例外|不|漏|遗)
    | (?<![〇一二三四五六七八九十百千万亿\d])零(?!{_ZERO_WORDS})(?=[\u4e00-\u9fff]{{2}})
    | (?:均|都)?不(?:存在|涉及)
    )""",
    re.VERBOSE,
)
_NOUNS = re.compile(rf"{_END}{{1,40}}")
_LISTED = re.compile(rf"、{_END}{{2,30}}")
_CONJUNCTION = re.compile(r"以及|(?<!总|人|温|共|调|柔|缓|平|附)和(?!解|谐|平|睦)|及(?!时|格|以)|(?<!参)与(?!会)|或者?")
"""Between two nouns, not inside one: 总和, 温和 and 及时 are words."""
_AFTER_NOUN = re.compile(
    r"[一1]\s?[件起例宗次个份人项回场名家户篇]\s?[也都](?:没有|没|未)[^，。；,;.\n]{0,6}"
    r"|[一1]\s?[件起例宗次份]\s?没有(?=[。；，,;\s]|\Z)|(?:暂|尚|均|皆|都|仍)无(?=[。；，,;\s]|\Z)"
    r"|(?:没有|无)一[件起例宗次份](?=[。；，,;\s]|\Z)|(?<=[件例次起故讼诉议])无(?=[。；，,;\s]|\Z)"
    r"|[为是]零(?![\u4e00-\u9fff]{2})|[：:]\s?(?:暂无|没有|无)(?=[。；，,;\s]|\Z)"
)
"""Words that deny the noun before them: …一件也没有, …为零, …：无."""
_DENIES = re.compile("[没无未零不]")
"""Every negation has one of these, and most sentences have none."""
_CLAUSE_START = re.compile(r"[，。；：！？、,;:!?\n（）()]")
_LONGEST_PHRASE = 40
"""Characters from the negation to the end of its nouns, or from a noun to its negation."""


def find_none_phrases(text: str, span: Span) -> Iterator[Span]:
    """The spans of the phrases inside ``span``; those of one negation begin at the same place and nest."""
    if _DENIES.search(text, *span) is None:
        return
    for match in _AFTER_NOUN.finditer(text, *span):
        # What the words deny is the clause before them.
        start = max(span[0], match.start() - _LONGEST_PHRASE)
        for cut in _CLAUSE_START.finditer(text, start, match.start()):
            start = cut.end()
        noun = text[start : match.start()].lstrip()
        if len(noun) > 1:
            yield match.start() - len(noun), match.end()
    for negation in _NEGATION.finditer(text, *span):
        limit = min(span[1], negation.start() + _LONGEST_PHRASE)
        nouns = _NOUNS.match(text, negation.end(), limit)
        if nouns is None:
            continue
        ends = [nouns.start() + joint.start() for joint in _CONJUNCTION.finditer(nouns[0], 2)]
        ends.append(nouns.end())
        while listed := _LISTED.match(text, ends[-1], limit):  # 未发生甲、乙案件
            ends.append(listed.end())
        for end in ends:
            yield negation.start(), end
