"""The flagship schema: yearly and half-yearly reports on law-based government (法治政府建设情况报告).

Ids, labels, units and notes are the codebook's; ``terms`` are further words by which authors name the same thing.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from baogao.schema.fields import Ask, Figure, Group, Items, Relation, Report, Text

RELATIONS = (
    Relation("rate", ("exam_pass_rate", "exam_passed", "exam_candidates")),
    Relation("rate", ("dispute_resolution_rate", "disputes_resolved", "disputes_handled")),
    Relation("rate", ("reconsideration_settlement_rate", "reconsideration_settled", "reconsideration_concluded")),
    Relation("ordered", ("exam_candidates", "exam_passed")),
    Relation("ordered", ("disputes_handled", "disputes_resolved")),
    Relation("ordered", ("reconsideration_applications", "reconsideration_accepted")),
    Relation("ordered", ("entities_inspected", "joint_entities_inspected")),
    Relation("ordered", ("notarisations", "foreign_notarisations")),
    Relation("ordered", ("service_items", "full_online_items")),
    Relation("ordered", ("reconsideration_concluded", "reconsideration_upheld")),
    Relation("ordered", ("litigation_cases", "litigation_lost")),
    Relation("parts", ("reconsideration_accepted", "reconsideration_concluded", "reconsideration_pending")),
    Relation(
        "parts",
        (
            "reconsideration_concluded",
            "reconsideration_upheld",
            "reconsideration_overturned",
            "reconsideration_settled",
        ),
    ),
)


class Functions(Group):
    """政府职能与营商环境"""

    service_items: Annotated[
        Figure,
        Ask("政务服务事项数", unit="项", terms=["政务服务事项", "进驻事项", "认领事项", "依申请事项", "发布事项"]),
    ]
    """认领、发布或进驻政务大厅办理的政务服务事项总数。不含“梳理优化”的事项数、“一件事”集成服务数。"""

    full_online_items: Annotated[
        Figure, Ask("全程网办事项数", unit="项", terms=["全程网办", "全程网上办理", "网上办结", "不见面"])
    ]
    """可全程网上办理的事项数。"""

    online_service_rate: Annotated[
        Figure, Ask("网上可办率", unit="%", terms=["网上可办", "网办率", "网办深度", "可网办", "全程网办率"])
    ]
    """事项网上可办率、全程网办比率、网办深度；网上可办率与全程网办率并列时取网上可办率。不含“实际网办率”（办件使用率）。"""

    time_limit_cut_rate: Annotated[
        Figure, Ask("承诺时限压缩率", unit="%", terms=["承诺时限", "压减", "压缩", "减时限", "缩短", "提速"])
    ]
    """已发布事项承诺办理时限的总体压缩（减少）比例。上一年度的压减率不算。"""

    power_list_items: Annotated[
        Figure, Ask("权责清单事项数", unit="项", terms=["权责清单", "权力清单", "责任清单", "行政权力事项", "权责事项"])
    ]
    """行政权力（责任）清单所列事项数。"""

    inspection_batches: Annotated[
        Figure, Ask("双随机抽查批次", unit="次", terms=["双随机", "抽查", "随机抽查", "抽查计划", "任务"])
    ]
    """部门（内部）双随机抽查的批次数。"""

    joint_inspection_batches: Annotated[
        Figure, Ask("联合抽查批次", unit="次", terms=["联合抽查", "跨部门", "部门联合", "联合双随机"])
    ]
    """跨部门联合双随机抽查的批次数。"""

    entities_inspected: Annotated[
        Figure, Ask("抽查市场主体数", unit="户", terms=["抽查", "市场主体", "经营主体", "检查对象", "企业"])
    ]
    """双随机抽查（部门或合计）的市场主体数。"""

    joint_entities_inspected: Annotated[
        Figure, Ask("联合抽查市场主体数", unit="户", terms=["联合抽查", "跨部门", "市场主体", "经营主体"])
    ]
    """仅跨部门联合抽查的市场主体数。"""


class RulesAndDecisions(Group):
    """制度建设与依法决策"""

    normative_documents_reviewed: Annotated[
        Figure, Ask("规范性文件审查备案数", unit="件", terms=["规范性文件", "备案审查", "合法性审查", "备案", "报备"])
    ]
    """行政规范性文件合法性审查或备案审查的件数；两者并列时取件数多者。清理的件数不算。制发、印发的件数不算。“没有需要备案的”算无，“未制定”不算。"""

    legal_review_opinions: Annotated[
        Figure,
        Ask("合法性审查意见数", unit="件", terms=["合法性审查", "合法性审核", "法律意见", "审查意见", "合同", "协议"]),
    ]
    """政府法律顾问或司法行政机关审查文件、合同、决策并出具意见的件数。有合计取合计，不取分项；规范性文件的审查件数不算，除非计入合计。"""

    legal_adviser_coverage_rate: Annotated[
        Figure, Ask("法律顾问聘任率", unit="%", terms=["法律顾问", "聘请", "聘任", "覆盖率"])
    ]
    """党政机关、部门或乡镇聘请法律顾问的比例。"""

    collective_decisions: Annotated[
        Figure,
        Ask(
            "集体研究重大事项数",
            unit="项",
            terms=["集体研究", "集体讨论", "重大事项", "重大行政决策", "常务会议", "议题"],
        ),
    ]
    """政府集体研究（决策）的重大事项数。决策目录的项数、常务会议的议题数不算，写明集体研究、讨论的才算。"""

    npc_suggestions_handled: Annotated[
        Figure, Ask("人大代表建议办理数", unit="件", terms=["人大代表", "建议", "意见建议"])
    ]
    """办理或办结的人大代表建议、批评和意见。"""

    cppcc_proposals_handled: Annotated[Figure, Ask("政协提案办理数", unit="件", terms=["政协", "提案", "委员"])]
    """办理或办结的政协委员提案。"""


class Enforcement(Group):
    """行政执法"""

    exam_candidates: Annotated[
        Figure, Ask("执法资格考试参加人数", unit="人", terms=["资格考试", "参加考试", "执法证", "参考", "应考"])
    ]
    """参加行政执法资格（证）考试的人数。一般法律知识测试不算。并列的报名、应考人数不算，实考才算。"""

    exam_passed: Annotated[
        Figure, Ask("执法资格考试通过人数", unit="人", terms=["资格考试", "通过", "合格", "取得执法资格"])
    ]
    """通过考试或由此取得执法资格的人数。"""

    exam_pass_rate: Annotated[Figure, Ask("执法资格考试通过率", unit="%", terms=["通过率", "合格率", "资格考试"])]
    """报告写出的通过率。不自行计算。"""

    certificates_issued: Annotated[
        Figure, Ask("执法证件发放数", unit="个", terms=["执法证", "执法证件", "发放", "颁发", "换发", "换证", "申领"])
    ]
    """发放、颁发或换发的行政执法证件数。"""

    certificates_cancelled: Annotated[
        Figure, Ask("清理注销执法人员数", unit="人", terms=["注销", "清理", "收回", "执法证", "执法人员"])
    ]
    """清理、注销的执法证件或执法人员数。"""

    case_files_reviewed: Annotated[
        Figure, Ask("执法案卷评查数", unit="卷", terms=["案卷评查", "评查", "案卷", "卷宗", "抽查案卷"])
    ]
    """监督机关组织评查、抽查的执法案卷数。各单位自查的不算。"""

    case_files_self_checked: Annotated[
        Figure, Ask("执法案卷自查数", unit="卷", terms=["自查", "自评", "案卷", "自查案卷"])
    ]
    """各执法单位自查的案卷数。"""

    case_file_problems: Annotated[
        Figure, Ask("案卷评查发现问题数", unit="个", terms=["案卷", "评查", "发现问题", "问题"])
    ]
    """案卷评查发现的问题数。"""

    enforcement_supervisors: Annotated[
        Figure, Ask("执法监督员人数", unit="人", terms=["执法监督员", "特邀监督员", "监督员"])
    ]
    """聘用的行政执法（特邀）监督员人数。"""


class Emergency(Group):
    """突发事件应对"""

    emergency_drills: Annotated[
        Figure, Ask("应急演练场次", unit="场", additive=True, terms=["应急演练", "演练", "应急疏散"])
    ]
    """应急演练场次。只列各次演练而无合计时，各项相加。"""

    emergency_drill_participants: Annotated[
        Figure, Ask("应急演练参加人数", unit="人", terms=["应急演练", "演练", "参演", "参加演练"])
    ]
    """参加应急演练的人数。"""


class Disputes(Group):
    """矛盾纠纷、行政复议与应诉"""

    disputes_handled: Annotated[
        Figure, Ask("矛盾纠纷调处数", unit="件", terms=["矛盾纠纷", "纠纷", "调解", "排查", "化解"])
    ]
    """受理或调解的矛盾纠纷总件数。民情民意、信访、人民调解分项不算。"""

    disputes_resolved: Annotated[
        Figure, Ask("矛盾纠纷调解成功数", unit="件", terms=["矛盾纠纷", "调解成功", "化解", "成功"])
    ]
    """调解成功的件数。"""

    dispute_resolution_rate: Annotated[
        Figure, Ask("矛盾纠纷调解成功率", unit="%", terms=["调解成功率", "化解率", "成功率", "办结率"])
    ]
    """调解成功率、有效办结率。“调解率”与“成功率”并列时取成功率。"""

    people_mediation_cases: Annotated[Figure, Ask("人民调解案件数", unit="件", terms=["人民调解", "调解案件"])]
    """办理的人民调解案件数。"""

    reconsideration_applications: Annotated[
        Figure, Ask("行政复议收案数", unit="件", terms=["行政复议", "收到", "接收", "申请"])
    ]
    """收到（接收）的行政复议申请。只写受理的件数不算。部门写“未收到申请”的，受理、审结不算，只算在此。"""

    reconsideration_accepted: Annotated[Figure, Ask("行政复议受理数", unit="件", terms=["行政复议", "受理", "立案"])]
    """依法受理的行政复议案件。只写收到、接收的件数不算。部门被申请的件数不算收案，算受理。"""

    reconsideration_concluded: Annotated[
        Figure, Ask("行政复议审结数", unit="件", terms=["行政复议", "审结", "办结", "结案"])
    ]
    """审结（办结）的行政复议案件。"""

    reconsideration_pending: Annotated[
        Figure,
        Ask("行政复议在审数", unit="件", terms=["行政复议", "在审", "在办", "未审结", "尚在审理", "正在审理", "结转"]),
    ]
    """期末尚未审结的行政复议案件（在审、在办、未审结、结转或跨年办理）。"""

    reconsideration_upheld: Annotated[Figure, Ask("行政复议维持数", unit="件", terms=["维持", "行政复议", "驳回"])]
    """决定维持的件数。"""

    reconsideration_overturned: Annotated[
        Figure, Ask("行政复议直接纠错数", unit="件", terms=["撤销", "确认违法", "变更", "责令履行", "纠错", "复议"])
    ]
    """撤销、变更、确认违法、责令履行的件数。"""

    reconsideration_settled: Annotated[
        Figure, Ask("行政复议调解和解数", unit="件", terms=["调解", "和解", "终止", "撤回", "复议"])
    ]
    """以调解、和解、主动纠错等方式结案的件数。"""

    reconsideration_settlement_rate: Annotated[
        Figure, Ask("行政复议调解率", unit="%", terms=["调解率", "和解率", "调解和解率", "复议"])
    ]
    """报告写出的复议调解（和解）率。不自行计算。"""

    litigation_cases: Annotated[
        Figure, Ask("行政应诉案件数", unit="件", terms=["行政诉讼", "行政应诉", "应诉案件", "被告"])
    ]
    """以本级政府或部门为被告的行政诉讼（应诉）案件数。"""

    litigation_dismissed: Annotated[
        Figure, Ask("行政诉讼驳回数", unit="件", terms=["驳回", "诉讼请求", "起诉", "行政诉讼"])
    ]
    """驳回起诉或驳回诉讼请求的件数。"""

    litigation_lost: Annotated[
        Figure, Ask("行政诉讼败诉数", unit="件", terms=["败诉", "判决撤销", "确认违法", "行政诉讼"])
    ]
    """判决撤销、确认违法或履行法定职责的件数。"""

    litigation_pending: Annotated[
        Figure, Ask("行政诉讼在审数", unit="件", terms=["在审", "未审结", "尚未审结", "行政诉讼", "应诉"])
    ]
    """期末尚未审结的行政诉讼案件（在审、未审结）。"""

    head_appearance_rate: Annotated[
        Figure, Ask("负责人出庭应诉率", unit="%", terms=["出庭应诉率", "负责人出庭", "出庭率"])
    ]
    """行政机关负责人出庭应诉率。只写出庭件数的不算。"""

    appearance_notices: Annotated[
        Figure, Ask("出庭应诉提示函数", unit="份", terms=["提示函", "出庭应诉", "通知书", "提醒函"])
    ]
    """发出的出庭应诉提示函份数。"""


class Oversight(Group):
    """监督与公开"""

    information_items_disclosed: Annotated[
        Figure, Ask("主动公开信息数", unit="条", terms=["主动公开", "政府信息", "公开信息", "政务公开", "发布"])
    ]
    """主动公开政府信息的合计条数。只列分类而无合计时缺失，不相加。"""

    policy_interpretations: Annotated[Figure, Ask("政策解读数", unit="条", terms=["政策解读", "解读"])]
    """公开的政策解读条数。"""

    disclosure_requests: Annotated[Figure, Ask("依申请公开件数", unit="件", terms=["依申请公开", "信息公开申请"])]
    """依申请公开件数：收到与办结并列时取本期新收（不含上年结转）。"""

    hotline_orders: Annotated[Figure, Ask("12345热线工单数", unit="件", terms=["12345", "热线", "工单", "诉求"])]
    """12345政务服务热线受理的工单数。转办给本部门的也算，转办给别的单位的不算。"""

    hotline_satisfaction_rate: Annotated[Figure, Ask("12345热线满意率", unit="%", terms=["满意率", "满意度", "热线"])]
    """热线满意率。"""


class Publicity(Group):
    """普法宣传与培训"""

    publicity_events: Annotated[
        Figure, Ask("普法宣传活动场次", unit="场", terms=["普法", "宣传活动", "法治宣传", "活动"])
    ]
    """普法（法治）宣传活动的合计场次。单项活动（某一主题、某一进）的次数不算。"""

    publicity_materials: Annotated[
        Figure, Ask("普法宣传资料份数", unit="份", terms=["宣传资料", "宣传册", "宣传单", "手册", "发放", "材料"])
    ]
    """发放的宣传册、宣传资料。宣传品（礼品）不算，只为某一主题、某一对象印发的不算。"""

    publicity_audience: Annotated[
        Figure, Ask("普法宣传受众人次", unit="人次", terms=["受众", "受益", "受教育", "覆盖", "群众", "惠及"])
    ]
    """普法宣传的合计受众（受益）人次。某一主题、某一对象的受众不算。"""

    publicity_videos: Annotated[Figure, Ask("普法视频数", unit="部", terms=["视频", "短视频", "微电影", "普法"])]
    """制作、录制或发布的普法（法治）视频数。"""

    legal_training_sessions: Annotated[
        Figure, Ask("领导干部法治培训班次", unit="期", terms=["培训班", "法治培训", "专题培训", "领导干部", "讲座"])
    ]
    """面向领导干部、公职人员的法治培训班期（次）数。执法人员业务培训不算。"""

    officials_trained: Annotated[
        Figure, Ask("公职人员法治培训人次", unit="人次", terms=["培训", "领导干部", "公职人员", "参训", "干部"])
    ]
    """接受法治培训的领导干部、公职人员人次。执法人员培训、考试答题不算。"""

    legal_awareness_leaders: Annotated[Figure, Ask("法律明白人数", unit="人", terms=["法律明白人"])]
    """“法律明白人”人数：取报告期末的总数（达到、现有）；没有总数时取本期新增（培养）。"""

    law_exemplar_households: Annotated[Figure, Ask("学法用法示范户数", unit="户", terms=["学法用法示范户", "示范户"])]
    """“学法用法示范户”户数：取报告期末的总数；没有总数时取本期新增（培育）。"""

    school_legal_vice_principals: Annotated[Figure, Ask("法治副校长人数", unit="人", terms=["法治副校长"])]
    """聘任或组织的法治副校长人数。"""


class LegalServices(Group):
    """公共法律服务"""

    legal_aid_cases: Annotated[Figure, Ask("法律援助案件数", unit="件", terms=["法律援助", "援助案件"])]
    """办理的法律援助案件合计件数。与办结并列的受理、申请件数不算。"""

    notarisations: Annotated[Figure, Ask("公证事项数", unit="件", terms=["公证", "公证事项"])]
    """办理的各类公证合计件数。"""

    foreign_notarisations: Annotated[Figure, Ask("涉外公证数", unit="件", terms=["涉外公证", "涉外"])]
    """办理的涉外公证件数。"""

    legal_consultations: Annotated[Figure, Ask("法律咨询人次", unit="人次", terms=["法律咨询", "咨询", "解答"])]
    """提供的（免费）法律咨询人次。"""


class Accountability(Group):
    """述法"""

    heads_reporting_on_site: Annotated[Figure, Ask("现场述法人数", unit="人", terms=["现场述法", "述法"])]
    """党政主要负责人现场述法的人数。"""

    heads_reporting_in_writing: Annotated[Figure, Ask("书面述法人数", unit="人", terms=["书面述法", "述法"])]
    """党政主要负责人书面述法的人数。"""

    units_reporting: Annotated[Figure, Ask("述法单位数", unit="个", terms=["述法", "单位", "部门述法"])]
    """实现（完成）述法的单位数。"""


class LawBasedGovernment(Report):
    """法治政府建设情况报告"""

    schema_name: ClassVar[str] = "law_based_government"
    schema_version: ClassVar[int] = 1
    relations: ClassVar[tuple[Relation, ...]] = RELATIONS

    title: Annotated[Text, Ask("报告标题", role="title")]
    """报告上印出的完整标题；标题被换行断开时拼接，去掉空白。没有标题行则缺失。"""

    jurisdiction: Annotated[Text, Ask("报告地区", role="place")]
    """报告所述政府的行政区名称（如“乌达区”），不带“人民政府”。部门报告写部门全称。"""

    level: Annotated[Text, Ask("行政层级", pattern="province|prefecture|county|township|department", role="level")]
    """province | prefecture | county | township | department。市辖区、县级市、旗都是 county。"""

    period_start: Annotated[Text, Ask("报告期起", pattern=r"\d{4}-\d{2}", role="period_start")]
    """YYYY-MM。年度报告为 01，上半年报告为 01。"""

    period_end: Annotated[Text, Ask("报告期止", pattern=r"\d{4}-\d{2}", role="period_end")]
    """YYYY-MM。年度报告为 12，上半年报告为 06。"""

    issuer: Annotated[Text, Ask("署名机关", role="issuer")]
    """文首或落款印出的发文机关；多个机关以“、”连接。没有印出则缺失。"""

    addressee: Annotated[Text, Ask("主送机关", role="addressee")]
    """抬头的主送机关（如“市委、市政府”）。没有则缺失。"""

    functions: Functions
    rules_and_decisions: RulesAndDecisions
    enforcement: Enforcement
    emergency: Emergency
    disputes: Disputes
    oversight: Oversight
    publicity: Publicity
    legal_services: LegalServices
    accountability: Accountability

    problems: Annotated[Items, Ask("存在的问题")]
    """“存在问题（不足）”部分的每一条，取该条的首句（分号、句号或下一条之前）。"""

    plans: Annotated[Items, Ask("下一步安排")]
    """“下一步工作（计划）”部分的每一条，取该条的首句。"""
