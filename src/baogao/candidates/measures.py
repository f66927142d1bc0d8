"""Measure words: what may stand behind a number, and the words that merely begin like one (135件 but 12条例).

The list is open: a number whose unit is not in it is still a candidate, with an empty unit.
"""

from __future__ import annotations

import re

from baogao.chinese.numerals import scale_of

# Measure word -> characters that, coming next, make it the beginning of another word.
_SIMPLE = {
    "件": "",
    "份": "额量",
    "人": "民员口",
    "户": "籍外",
    "场": "所地景馆合",
    "次": "年要日月",
    "期": "间末限满初",
    "部": "门委分署",
    "条": "例款线约目",
    "项": "目",
    "个": "别体性案",
    "卷": "入",
    "宗": "教旨",
    "起": "诉草来步点源施止复",
    "家": "庭长园属乡",
    "名": "录称誉牌义优",
    "批": "评准复示判量",
    "册": "",
    "本": "级地年区县市省旗镇局单领行",
    "篇": "",
    "处": "理置罚室级长于在分以方",
    "张": "贴",
    "例": "如会外行",
    "种": "植子养",
    "类": "似别型",
    "支": "持部撑出付",
    "台": "账阶风",
    "套": "",
    "座": "谈",
    "间": "接隔",
    "位": "于列居置次",
    "所": "有属在谓需涉得示列述以作",
    "辆": "",
    "架": "构",
    "顶": "",
    "头": "部",
    "只": "有能要是占需",
    "匹": "配",
    "亩": "均",
    "吨": "",
    "米": "",
    "公里": "",
    "千米": "",
    "公斤": "",
    "公顷": "",
    "平方米": "",
    "平方公里": "",
    "立方米": "",
    "元": "旦宝素",
    "美元": "",
    "天": "然",
    "小时": "",
    "分钟": "",
    "课时": "",
    "学时": "",
    "节": "约能点假日省",
    "堂": "",
    "讲": "座话解课师法述",
    "幅": "度员",
    "块": "",
    "面": "对向积临商试上前谈",
    "集": "中体合成聚",
    "辑": "",
    "封": "闭",
    "笔": "试录",
    "单": "位独项一个方纯元",
    "桩": "",
    "轮": "训流岗班换",
    "回": "复应访答头归收顾函流",
    "遍": "及布",
    "道": "路德理",
    "门": "户口类",
    "枚": "",
    "把": "关握控",
    "片": "区",
    "则": "是为",
    "款": "项物",
    "字": "",
    "页": "面",
    "倍": "",
    "组": "织成建长团",
    "队": "伍员",
    "班": "子级组主",
    "团": "队体结员委",
    "艘": "",
    "株": "",
    "棵": "",
    "盏": "",
    "趟": "",
    "对": "于照标接外比应",
    "岁": "",
    "分": "别类为之局子析段期层工解管公批布享校部",
}
_COMPOUND = ("个百分点", "百分点", "个工作日", "工作日", "个批次", "个小时", "个月")
_COUNTED_TIMES = "人件场批班户家车台处项篇条套例"
"""件次, 人次, 场次 …: measure words that take 次."""

# A single Chinese digit is mostly part of a set phrase (四类, 三级, 两面): with these it does not count.
LOOSE = frozenset(
    {"类", "种", "道", "门", "面", "片", "块", "组", "队", "把", "回", "分", "头", "集", "对", "班", "团", "位"}
)


def _unit_pattern() -> str:
    parts = [*sorted(_COMPOUND, key=len, reverse=True), f"[{_COUNTED_TIMES}]次(?![年日月])"]
    for word, blocked in sorted(_SIMPLE.items(), key=lambda entry: -len(entry[0])):
        parts.append(f"{word}(?![{blocked}])" if blocked else word)
    return "[%‰]|" + "|".join(parts)


UNIT = _unit_pattern()
CANONICAL = {"百分点": "个百分点", "个批次": "批次", "工作日": "个工作日", "个小时": "小时"}
"""Spellings of one unit, to the one that candidates carry."""

_UNIT_ONLY = re.compile(f"(?P<scale>[十百千]?[万亿])?(?P<unit>{UNIT})?")


def read_unit(text: str) -> tuple[str, int] | None:
    """A printed unit, as in a table's head (件, 万元, %): its name and its factor; None for any other word."""
    match = _UNIT_ONLY.fullmatch(text)
    if match is None or not text:
        return None
    name = match["unit"] or ""
    return CANONICAL.get(name, name), scale_of(match["scale"] or "")
