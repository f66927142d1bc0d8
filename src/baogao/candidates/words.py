"""The words by which cues are told (``baogao.candidates.cues``): in a sentence, and right beside a number."""

from __future__ import annotations

import re

from baogao.chinese.numerals import YEAR

PART_OF_YEAR = r"(?:年?[底末初]|同期|全年|上半年|下半年|前?[一二三四]个?季度|一年)*"
WHEN = rf"(?:去年|上一?年度?|前一年度?|头一?年|前年|往年|{YEAR}年){PART_OF_YEAR}"
"""An earlier time: 去年, 上年末, 2022年上半年."""
THEN = (
    r"(?:年初|同期|上月|上季度|以往|以前|平均[^，。；,;\d]{0,4}|[^，。；,;\d]{1,8}前"
    r"|全[省市县盟州区][^，。；,;\d]{0,8}?|省定[^，。；,;\d]{0,6}?|计划)"
)
"""What else a figure may be compared with."""
CHANGE = r"(?:净?增[加长多]?|减少?|[多少]出?|提[高升]|[上抬]升|[高低]出?|下?降[低]?|涨|缩[短减]|翻|抬高|回落|压减)"
"""Verbs of change: a number behind them is a difference, unless it is what was reached."""
COMPARED = rf"(?=[（(\d+±-]|约|近|[^，。；,;]{{0,10}}{CHANGE}|[^，。；,;]{{0,20}}相比|$|[，,])"
"""What must follow a comparison: a number, a change, or the end of the clause; else 与去年 only tells of a time."""
REACHED = (
    r"达(?:到)?|[增升降减扩涨变添提][加高大升展低少长]?[到至成](?:了)?"
    r"|(?:压缩|提高|提升|抬升|缩短|增加|扩大|扩展|扩容|调整)[到至为成]|[跃攀冲爬蹿][升到至上]+|登顶|到如今"
)
"""Verbs that bring the text back to the period: 增至, 压缩到."""
NOW = (
    r"今年|本年度?|当年|年内|全年|目前|如今|眼下|现如今|截[至止](?!20)|现[有已共]|(?<![均都])已|上半年|本期|新增|年末|年底前?|总[数量计]"
    r"|基础上|全[省市县区旗盟州镇](?=[^各])"
)
"""Words of the period itself."""
CUMULATIVE = (
    r"(?:自|从)?(?P<since>20\d\d)年(?:度|\d{1,2}月)?[^，。；,;\d]{0,14}?(?:以来|至今|起(?![诉草]))|自(?P<since2>20\d\d)年"
    r"|[“\"]?[一二三四五六七八九十]{1,2}五[”\"]?[^，。；,;\d]{0,8}(?:以来|期间|五年间)"
    r"|(?<![0-9第半])近?(?:[两二三四五六七八九十]|(?<![\d.])[2-9])年半?(?:以?来|间|累计|平均)"
)
"""A total since an earlier year, over a five-year plan, or over several years."""
PLANNED = r"[检评审]查|举办|开展|招|新|组织|培训|完成(?!率)|建|安排|抽|选|投|达|实现|覆盖|参"
"""What makes 计划 a verb, with a number to come; else it is the name of a plan."""
TARGET = (
    r"力争|争取(?!到)|预[计期](?!性)|有望|明年|来年|下一步|下一?阶段|要达到|目标[是为]"
    rf"|计划(?:再|年内|全年|于|在|到|\d{{1,2}}月|年底)?(?={PLANNED})"
    r"|拟(?:再)?(?:新增|新建|投入|举办|开展|安排|招|选聘|组织|培训|打造|达到|修改|废止|抽取|[检评审]查|于)"
    r"|将(?:再|进一步)?(?:达到|实现|开展|新增|建成|举办|组织|突破|超过|力争|继续|着力|重点)"
)
"""Words of what is to come."""
STARTS = (
    "累年去上前头往比较与同和跟高低从由今本当现目如眼截到增提升减降扩变添涨压缩抬调跃攀冲爬蹿登基达新总其环下↑↓力争预有要计拟将明来近自全包仅另此"
    '二一三四五六七八九十两已“"，,；;。.（(）)任'
)
"""What any alternative of ``TOKEN`` may begin with, beside a year and a few years: it lets the search skip most
characters at once, the digits of figures among them."""

TOKEN = re.compile(
    rf"""(?=[{re.escape(STARTS)}]|20\d\d年|[2-9]年)(?:
      (?P<stop>[；;。]|\.(?!\d))
    | (?P<comma>，|,(?!\d\d\d))
    | (?P<opened>[（(])
    | (?P<closed>[）)])
    | (?P<cumulative>{CUMULATIVE})
    | (?P<compare>(?:比|较|与|同|和|跟|高于|低于)(?:{WHEN}|{THEN})(?:的|相比|相较)?{COMPARED})
    | (?P<prior>(?:{WHEN}|年初(?=[是为的有]?\d))
        (?P<attributive>度(?![为是的共：:\d]|分别)|以来|(?=[^，。；,;\d]{{0,3}}(?:结转|转入|遗留)))?)
    | (?P<growth>同比|环比|增[长幅速](?![点极])|[涨降跌]幅|(?:下降|上升)(?=[了约近]?\d)|[↑↓])
    | (?P<reached>{REACHED})
    | (?P<now>{NOW})
    | (?P<target>{TARGET})
    | (?P<second_half>下半年)
    | (?P<running>(?<=[，,、；;（(])累计)
    | (?P<listed_part>(?<=、)其中)
    | (?P<part>其中|包括)
    | (?P<other>另有?|此外|同时)
    )""",
    re.VERBOSE,
)
"""One word that matters for the cues; the name of its group says how."""

CHANGED = re.compile(rf"{CHANGE}[了达约近超过至不足为\s]*\Z")
"""Right before a number: 比上年增加约12件."""
BASELINE_BEFORE = re.compile(r"(?:从|由)[^，。；,;]{0,14}\Z")
"""由 or 从 before a number …"""
BASELINE_AFTER = re.compile(r"[升降增减提高扩添抬涨翻变压缩加长下上达拉调大展容]*[到至为成]")
"""… and a change behind it: it is what the change began from, last year's (由9件增至12件)."""
PRIOR_AFTER = re.compile(rf"[^，。；,;\d]{{0,2}}(?:[是为系]|属于?)(?:的是)?{WHEN}")
"""“压缩七成三是去年底的数”: said of the number before."""
GOAL = re.compile(r"(?:计划|任务|目标)数?\Z")
"""Before brackets: what they hold is the target, 全年任务（120件）."""
GOAL_AFTER = re.compile(r"的?(?:年度|总体|预期|工作)?(?:目标|任务|计划)(?![^，。；]{0,4}数)")
"""Behind a number: 120件的目标."""
