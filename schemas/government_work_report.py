"""The second schema: local governments' yearly work reports (政府工作报告), from townships to provinces.

Such a report is given at the beginning of a year: it tells of the year before, which is the period that is asked about,
and sets targets for the year in which it is given. Its 去年 is the period, its 今年 is what is to come.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from baogao.schema import Ask, Choice, Date, Figure, Group, Items, Quote, Relation, Report, Row, Text, Unit, Wording


class Economy(Group):
    """地区生产总值"""

    gdp: Annotated[Figure, Ask("地区生产总值", unit="亿元", terms=["地区生产总值", "生产总值", "GDP", "经济总量"])]
    """上一年全年的地区生产总值（GDP）。分产业的增加值、过去五年的累计或五年前的数、前三季度的数不算。"""

    gdp_growth: Annotated[
        Figure,
        Ask(
            "地区生产总值增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["地区生产总值", "生产总值", "GDP", "经济增长", "增长"],
        ),
    ]
    """上一年地区生产总值比前一年增长的百分比，下降写负数。五年年均增速不算。"""

    gdp_growth_target: Annotated[
        Figure,
        Ask(
            "地区生产总值增长目标",
            unit="%",
            period="next",
            allow=["growth"],
            takes=["number", "range"],
            terms=["地区生产总值", "生产总值", "GDP", "预期目标", "经济增长", "增长"],
        ),
    ]
    """本年（作报告的这一年）地区生产总值增长的预期目标。写成区间的，取区间的两端。"""

    gdp_per_capita: Annotated[
        Figure, Ask("人均地区生产总值", unit="元", terms=["人均地区生产总值", "人均生产总值", "人均GDP"])
    ]
    """上一年按常住人口计算的人均地区生产总值。"""

    gdp_growth_rank: Annotated[
        Figure,
        Ask(
            "地区生产总值增速位次",
            unit="位",
            takes=["rank"],
            allow=["growth"],
            terms=["地区生产总值", "增速", "生产总值", "居全市", "居全省", "位居", "排名"],
        ),
    ]
    """上一年地区生产总值增速在上一级行政区的位次：“增速居全市第二”是 2。总量的位次、其他指标的位次不算。"""

    primary_share: Annotated[
        Figure,
        Ask("第一产业比重", unit="%", takes=["number", "ratio"], terms=["三次产业", "产业结构", "第一产业", "一产"]),
    ]
    """上一年第一产业增加值占地区生产总值的比重；三次产业比“12.1:41.5:46.4”中的第一个数。"""

    secondary_share: Annotated[
        Figure,
        Ask("第二产业比重", unit="%", takes=["number", "ratio"], terms=["三次产业", "产业结构", "第二产业", "二产"]),
    ]
    """上一年第二产业增加值占地区生产总值的比重；三次产业比中的第二个数。工业占比不算。"""

    tertiary_share: Annotated[
        Figure,
        Ask("第三产业比重", unit="%", takes=["number", "ratio"], terms=["三次产业", "产业结构", "第三产业", "服务业"]),
    ]
    """上一年第三产业（服务业）增加值占地区生产总值的比重；三次产业比中的第三个数。"""


class Industry(Group):
    """工业"""

    industry_growth: Annotated[
        Figure,
        Ask(
            "规上工业增加值增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["规上工业增加值", "规模以上工业增加值", "工业增加值", "增长"],
        ),
    ]
    """上一年规模以上工业增加值比前一年增长的百分比，下降写负数。总产值、营业收入、某一行业的增速不算。"""

    industry_growth_target: Annotated[
        Figure,
        Ask(
            "规上工业增加值增长目标",
            unit="%",
            period="next",
            allow=["growth"],
            takes=["number", "range"],
            terms=["规上工业增加值", "规模以上工业增加值", "预期目标", "增长"],
        ),
    ]
    """本年规模以上工业增加值增长的目标。"""

    industrial_enterprises_added: Annotated[
        Figure,
        Ask(
            "新增规上工业企业数",
            unit="家",
            terms=["规上工业企业", "规模以上工业企业", "新增", "入规", "升规", "净增"],
        ),
    ]
    """上一年新增（入规、升规）的规模以上工业企业数。总数不算；规上服务业、限上商贸企业不算，与它们合计的“四上”企业数也不算。"""


class Investment(Group):
    """投资与项目"""

    investment_growth: Annotated[
        Figure,
        Ask(
            "固定资产投资增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["固定资产投资", "投资", "增长"],
        ),
    ]
    """上一年固定资产投资比前一年增长的百分比，下降写负数。工业投资、民间投资、技改投资等分项不算。"""

    investment_growth_target: Annotated[
        Figure,
        Ask(
            "固定资产投资增长目标",
            unit="%",
            period="next",
            allow=["growth"],
            takes=["number", "range"],
            terms=["固定资产投资", "预期目标", "增长"],
        ),
    ]
    """本年固定资产投资增长的目标。"""

    key_projects: Annotated[
        Figure, Ask("实施重点项目数", unit="个", terms=["重点项目", "重大项目", "实施", "开工", "建设项目"])
    ]
    """上一年实施的重点（重大）项目合计个数。只写新开工的、竣工的、列入上级计划的、某一领域的不算。"""

    capital_attracted: Annotated[
        Figure, Ask("招商引资到位资金", unit="亿元", terms=["招商引资", "到位资金", "引进资金", "内资", "到位"])
    ]
    """上一年招商引资实际到位的资金（到位内资、市外资金）。签约额、协议投资额不算；争取上级资金、实际利用外资不算。"""


class Markets(Group):
    """消费、外贸与旅游"""

    retail_sales: Annotated[
        Figure, Ask("社会消费品零售总额", unit="亿元", terms=["社会消费品零售总额", "社零", "消费品零售", "消费"])
    ]
    """上一年社会消费品零售总额。"""

    retail_growth: Annotated[
        Figure,
        Ask(
            "社会消费品零售总额增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["社会消费品零售总额", "社零", "消费品零售", "增长"],
        ),
    ]
    """上一年社会消费品零售总额比前一年增长的百分比，下降写负数。限上零售额的增速不算。"""

    retail_growth_target: Annotated[
        Figure,
        Ask(
            "社会消费品零售总额增长目标",
            unit="%",
            period="next",
            allow=["growth"],
            takes=["number", "range"],
            terms=["社会消费品零售总额", "社零", "预期目标", "增长"],
        ),
    ]
    """本年社会消费品零售总额增长的目标。"""

    trade_volume: Annotated[
        Figure, Ask("进出口总额", unit="亿元", terms=["进出口总额", "外贸进出口", "进出口总值", "外贸"])
    ]
    """上一年外贸进出口总额。只写出口的不算；用美元写的不算。"""

    trade_growth: Annotated[
        Figure,
        Ask(
            "进出口总额增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["进出口总额", "外贸进出口", "进出口", "外贸", "增长"],
        ),
    ]
    """上一年外贸进出口总额比前一年增长的百分比，下降写负数。"""

    tourist_visits: Annotated[
        Figure, Ask("接待游客人次", unit="万人次", terms=["接待游客", "游客", "旅游", "国内游客"])
    ]
    """上一年接待国内外游客的合计人次。某一景区、某一假期的不算。"""

    tourism_revenue: Annotated[
        Figure, Ask("旅游收入", unit="亿元", terms=["旅游收入", "旅游综合收入", "旅游总收入", "旅游总花费"])
    ]
    """上一年旅游（综合）总收入、游客总花费。"""


class Budget(Group):
    """财政"""

    budget_revenue: Annotated[
        Figure,
        Ask(
            "一般公共预算收入",
            unit="亿元",
            terms=["一般公共预算收入", "地方财政收入", "地方一般公共预算收入", "财政收入"],
        ),
    ]
    """上一年（地方）一般公共预算收入。全口径财政总收入、税收收入、政府性基金收入不算。"""

    budget_revenue_growth: Annotated[
        Figure,
        Ask(
            "一般公共预算收入增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["一般公共预算收入", "地方财政收入", "财政收入", "增长"],
        ),
    ]
    """上一年一般公共预算收入比前一年增长的百分比，下降写负数。同口径与自然口径并列时取自然口径。"""

    budget_revenue_growth_target: Annotated[
        Figure,
        Ask(
            "一般公共预算收入增长目标",
            unit="%",
            period="next",
            allow=["growth"],
            takes=["number", "range"],
            terms=["一般公共预算收入", "财政收入", "预期目标", "增长"],
        ),
    ]
    """本年一般公共预算收入增长的目标。"""

    livelihood_spending_share: Annotated[
        Figure, Ask("民生支出占比", unit="%", terms=["民生支出", "民生领域支出", "占一般公共预算支出", "占比", "比重"])
    ]
    """上一年民生支出占一般公共预算支出的百分比。"""


class Income(Group):
    """居民收入"""

    urban_income: Annotated[
        Figure, Ask("城镇居民人均可支配收入", unit="元", terms=["城镇居民人均可支配收入", "城镇常住居民", "城镇居民"])
    ]
    """上一年城镇（常住）居民人均可支配收入。全体居民的不算。"""

    urban_income_growth: Annotated[
        Figure,
        Ask(
            "城镇居民人均可支配收入增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["城镇居民人均可支配收入", "城镇常住居民", "城镇居民", "增长"],
        ),
    ]
    """上一年城镇居民人均可支配收入增长的百分比。城乡分别增长（“分别增长4.8%、6.5%”）时取第一个。"""

    rural_income: Annotated[
        Figure,
        Ask(
            "农村居民人均可支配收入",
            unit="元",
            terms=["农村居民人均可支配收入", "农村常住居民", "农民人均", "农村居民"],
        ),
    ]
    """上一年农村（常住）居民、农牧民人均可支配收入。"""

    rural_income_growth: Annotated[
        Figure,
        Ask(
            "农村居民人均可支配收入增速",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["农村居民人均可支配收入", "农村常住居民", "农村居民", "增长"],
        ),
    ]
    """上一年农村居民人均可支配收入增长的百分比。"""

    income_growth_target: Annotated[
        Figure,
        Ask(
            "居民收入增长目标",
            unit="%",
            period="next",
            allow=["growth"],
            takes=["number", "range"],
            terms=["居民收入", "居民人均可支配收入", "预期目标", "增长"],
        ),
    ]
    """本年全体居民人均可支配收入增长的目标。只分城镇、农村写的，取城镇的。写“与经济增长同步”而无数字的，是缺失。"""


class Employment(Group):
    """就业与物价"""

    new_urban_jobs: Annotated[Figure, Ask("城镇新增就业人数", unit="人", terms=["城镇新增就业", "新增就业", "就业"])]
    """上一年城镇新增就业人数。农村劳动力转移就业、失业人员再就业不算。"""

    new_urban_jobs_target: Annotated[
        Figure,
        Ask(
            "城镇新增就业目标",
            unit="人",
            period="next",
            terms=["城镇新增就业", "新增就业", "预期目标", "就业"],
        ),
    ]
    """本年城镇新增就业的目标人数。"""

    unemployment_rate_target: Annotated[
        Figure,
        Ask(
            "城镇调查失业率控制目标",
            unit="%",
            period="next",
            takes=["number", "range"],
            terms=["城镇调查失业率", "调查失业率", "失业率", "控制在"],
        ),
    ]
    """本年城镇调查失业率的控制目标。登记失业率不算。"""

    consumer_prices_rise: Annotated[
        Figure,
        Ask(
            "居民消费价格涨幅",
            unit="%",
            signed=True,
            allow=["growth"],
            terms=["居民消费价格", "CPI", "物价", "上涨"],
        ),
    ]
    """上一年居民消费价格比前一年上涨的百分比，下降写负数。"""

    consumer_prices_target: Annotated[
        Figure,
        Ask(
            "居民消费价格涨幅控制目标",
            unit="%",
            period="next",
            allow=["growth"],
            takes=["number", "range"],
            terms=["居民消费价格", "CPI", "物价", "涨幅", "控制在"],
        ),
    ]
    """本年居民消费价格涨幅的控制目标。"""


class Livelihood(Group):
    """民生与城乡"""

    urbanisation_rate: Annotated[Figure, Ask("常住人口城镇化率", unit="%", terms=["城镇化率", "常住人口城镇化率"])]
    """上一年末的常住人口城镇化率。比前一年提高的百分点不算，目标不算。"""

    old_estates_renovated: Annotated[
        Figure, Ask("改造老旧小区数", unit="个", terms=["老旧小区", "城镇老旧小区", "改造"])
    ]
    """上一年改造（完成、实施改造）的城镇老旧小区个数。户数、栋数、面积不算。"""

    grain_output: Annotated[
        Figure, Ask("粮食总产量", unit="万吨", terms=["粮食总产量", "粮食产量", "粮食总产", "粮食"])
    ]
    """上一年粮食总产量，按万吨：“12.6亿斤”是 63。单产、面积、某一作物的产量不算。"""


class Environment(Group):
    """生态环境"""

    pm25: Annotated[
        Figure, Ask("PM2.5平均浓度", unit="微克/立方米", terms=["PM2.5", "细颗粒物", "平均浓度", "PM2.5浓度"])
    ]
    """上一年细颗粒物（PM2.5）的年平均浓度。降低的幅度不算。"""

    good_air_days_rate: Annotated[
        Figure, Ask("空气优良天数比例", unit="%", terms=["优良天数", "空气质量优良", "优良率", "优良天数比例"])
    ]
    """上一年环境空气质量优良天数的比例。只写天数的不算。"""

    forest_coverage_rate: Annotated[Figure, Ask("森林覆盖率", unit="%", terms=["森林覆盖率", "覆盖率"])]
    """上一年末的森林覆盖率。林木、林草、草原植被的覆盖率不算。"""


class Project(Row):
    """重大项目"""

    name: Annotated[Quote, Ask("项目名称", key=True)]
    """项目的名称，照抄，到“项目”“工程”或其专名为止，不带“总投资…的”。"""

    investment: Annotated[Figure, Ask("总投资", unit="亿元", allow=["target", "cumulative", "part"])]
    """这一项目的总投资；没有印出则缺失。"""

    stage: Annotated[Choice, Ask("阶段", options=["建成", "在建", "开工", "谋划"])]
    """报告说它在上一年末到了哪一步：建成（竣工、投产、投用、通车、并网）；在建（加快建设、推进、首期或部分投用）；开工（开工、启动建设）；谋划（储备、
    争取，或要到本年才开工）。没有说的缺失；上一年的情况和本年的安排都写时，取上一年的。"""


class GovernmentWorkReport(Report):
    """政府工作报告"""

    schema_name: ClassVar[str] = "government_work_report"
    schema_version: ClassVar[int] = 1
    reporting_year: ClassVar = "before_title"
    relations: ClassVar[tuple[Relation, ...]] = (
        Relation("ordered", ("gdp", "retail_sales")),
        Relation("ordered", ("gdp", "budget_revenue")),
        Relation("ordered", ("urban_income", "rural_income")),
    )
    units: ClassVar[tuple[Unit, ...]] = (Unit("微克/立方米"), Unit("微克每立方米", of="微克/立方米"))
    wording: ClassVar[Wording] = Wording(
        form="前年的数字、五年的累计、某一地方或某一行业的分项不填；本年的目标只填在名称带“目标”的指标里。",
        choice="前年的数字、五年的累计、某一地方或某一行业的分项",
        link=(
            "报告在年初作出：“去年”“过去一年”是报告期，“今年”是下一年。名称带“目标”的指标只认对本年的预期目标，其余指标只认报告期全年全域的数字；"
            "前年的数字、过去五年的累计和年均、“十四五”目标、某一季度、某一地方、某一行业的数字都不是答案。"
        ),
    )

    title: Annotated[Text, Ask("报告标题", role="title")]
    """报告上印出的标题，如“政府工作报告”；带年份、地区的照抄，去掉空白。副标题（“——2025年1月8日在…会议上”）不算。"""

    jurisdiction: Annotated[Text, Ask("报告地区", role="place")]
    """报告所述政府的行政区名称，不带“人民政府”。"""

    level: Annotated[Text, Ask("行政层级", pattern="province|prefecture|county|township", role="level")]
    """province | prefecture | county | township。市辖区、县级市、旗都是 county。"""

    period_start: Annotated[Text, Ask("报告期起", pattern=r"\d{4}-\d{2}", role="period_start")]
    """报告期（上一年）的开始，YYYY-01。"""

    period_end: Annotated[Text, Ask("报告期止", pattern=r"\d{4}-\d{2}", role="period_end")]
    """报告期（上一年）的结束，YYYY-12。"""

    delivered_on: Annotated[Date, Ask("报告日期", terms=["日在", "大会", "会议上"])]
    """在人民代表大会上作报告的日期，印在标题下。"""

    delivered_by: Annotated[Quote, Ask("报告人", terms=["县长", "区长", "市长", "省长", "旗长", "镇长", "代县长"])]
    """作报告的人的姓名，不带职务；姓名中的空格不算。"""

    congress: Annotated[Quote, Ask("大会名称", terms=["人民代表大会", "会议上"])]
    """听取报告的会议全称，照抄，如“青河县第十八届人民代表大会第四次会议”。"""

    targets_met: Annotated[
        Choice,
        Ask("年度目标完成情况", options=["完成", "未全部完成"], terms=["目标任务", "预期目标", "完成", "不及预期"]),
    ]
    """报告自己怎样说上一年预期目标的完成：说全面、圆满、较好、基本完成的是“完成”；说个别、部分指标未完成、低于预期、有差距的是“未全部完成”，两种话都有时取后者。"""

    livelihood_deeds_done: Annotated[
        Choice,
        Ask("民生实事是否全部办成", options=["是", "否"], terms=["民生实事", "实事", "办成", "办结", "兑现"]),
    ]
    """报告说上一年（十件等）民生实事全部办成、办结、兑现的是“是”；说有未办成、结转的是“否”。"""

    economy: Economy
    industry: Industry
    investment: Investment
    markets: Markets
    budget: Budget
    income: Income
    employment: Employment
    livelihood: Livelihood
    environment: Environment

    problems: Annotated[Items, Ask("存在的问题")]
    """讲困难和问题的段落里的每一条，取首句（逗号、分号、句号之前）。"""

    tasks: Annotated[Items, Ask("本年重点任务")]
    """本年工作安排里的每一项大任务，取其标题或首句；其下的分项不列，单列一部分的政府自身建设不列。"""

    projects: Annotated[list[Project], Ask("重大项目")]
    """报告点名的建设项目，一个一行：上一年（换届时过去五年）建成、在建、开工的，本年要开工、要谋划的；只点名而不说投资的也列。
    道路、学校、医院、水厂等工程有专名的也算。项目群、“一批项目”不列。"""
