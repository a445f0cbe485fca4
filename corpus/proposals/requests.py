"""Tells whether a sentence asks for something, tells what to do, or says what is wrong. Reads folded text.

Not for: headings and announcements, which are in `headings`.
"""

import re

from corpus.language.agencies import compact

# Words before a request, and who makes it. 居民希望… tells what the residents hope, and is no request.
LINK = (
    r"(?:(?:一方面|另一方面|为此|因此|因而|所以|故此|故|据此|有?鉴于此|对此|在此|综上所述|综上|总之|同时|与此同时|此外|另外|还有就是|再就是|再一个|对了"
    r"|并且|而且|还有|最后|首先|其次|再次|再者|然后|(?:针对|基于|鉴于)(?:以上|上述|这些)[^，。：]{0,8}|并|还|也|特|现|谨|再)[，：、\s]*){0,4}"
)
WE = (
    r"(?:(?:我们?|本人|笔者|本?委员们?|代表们?|[我本][会组委])?"
    r"(?:在此|郑重|强烈|诚恳|恳切|诚挚|特别|特|再次|仍|也|还|衷心|真诚|迫切|十分|非常){0,3})"
)
_ADVISE = r"(?:建议(?![书人号案稿类者的])|恳请|恳求|提请|吁请)"
_REQUEST = (
    rf"(?:{_ADVISE}|希望(?!小学|工程|学校|之)|请求|呼吁|敦促|期盼|盼望|期望|提议|请(?![假客示教愿柬帖])"
    r"|麻烦(?=[你您大把给帮叫])|想请|另请|能否|可否|能不能|可不可以|是否可以|想问|咨询一下"
    r"|望(?=有关|相关|能|予以|给予|政府|领导|贵|各|早日|尽快|得到))"
)
_OUGHT = r"(?:应当?|应该|须|必须|务必|需要?|要)(?![急用届变付收聘邀试运知么素求])"
_ASKS = re.compile(rf"\s*{LINK}{WE}{_REQUEST}")
_ASKS_INSIDE = re.compile(rf"，{LINK}{WE}{_ADVISE}")  # 味道难闻，建议…
_OUGHTS = re.compile(rf"\s*{LINK}{_OUGHT}")
# Bounded, because a pasted text may hold one of these words a thousand times in a sentence.
_QUESTION = re.compile(r"(?:能否|可否|能不能|可不可以|是否可以|是否能|请问|请教|咨询)[^。]{0,60}[？吗呢]")
_ANY_QUESTION = re.compile(r"？|(?:吗|呢|什么时候|何时|为什么|怎么办)[。！]?$")
_ADDS = re.compile(r"\s*(?:同时|此外|另外|还有|最后|再者|另)[，、：]?")
_EXPLAINS = re.compile(
    r"\s*(?:目前|当前|现在|据|调研|走访|例如|比如|譬如|如(?![期实数何])|这|此举|因为|由于|我们|近年|现行|现有|一些|有的|部分|个别"
    r"|其中|只有|从而|因此|所以|否则|不然|相信|实践|事实|经验|以[\u4e00-\u9fff]{2,8}为例|同样|理由|原因|截至|去年|今年)"
)

# Verbs that begin an imperative. A missing one costs little: an item that asks in no other words is taken for an ask
# anyway, unless it names a problem.
_VERBS = """
加强 加大 加快 加密 加装 加固 加设 加派 完善 建立 建设 建成 建好 建起 健全 推进 推动 推行 推广
推出 强化 优化 规范 规划 明确 制定 制订 出台 修订 修改 修复 修缮 修建 扩大 扩建 扩充 拓宽 拓展
提高 提升 提供 提前 增加 增设 增强 增派 增补 设立 设置 开展 开放 开通 开辟 开设 开发 支持 鼓励
引导 引进 引入 组织 组建 统筹 统一 整合 整治 整改 整顿 改造 改善 改进 改革 改建 改设 治理 查处
查清 查明 严格 严禁 严查 严厉 严把 严惩 打击 打造 打通 打破 打响 落实 压实 夯实 做好 做实 做强
做大 做优 做细 抓好 抓实 抓紧 深化 深入 细化 量化 简化 净化 美化 亮化 活化 盘活 激活 激发 培育
培养 培训 补齐 补足 补充 补上 补贴 保障 保护 保证 保留 保持 确保 确定 确立 创新 创建 构建 搭建
筹建 新建 重建 共建 配备 配套 配齐 配置 配强 充实 充分 发挥 发展 发放 实施 实行 实现 试点 试行
探索 研究 调整 调动 降低 减少 减轻 减免 放宽 放开 取消 清理 清退 清除 清查 撤销 撤并 合理 科学
大力 积极 切实 着力 努力 尽快 尽早 及时 进一步 逐步 全面 持续 坚持 坚决 协调 协同 联合 联动
成立 聘请 聘用 招聘 招引 吸引 选派 选聘 分类 分级 分步 分期 公开 公布 公示 宣传 倡导 营造 树立
转变 纳入 列入 给予 允许 禁止 限制 限定 限期 控制 防止 防范 预防 避免 杜绝 遏制 缓解 解决 破解
化解 消除 疏通 疏导 畅通 接通 连通 恢复 延长 延伸 缩短 缩小 更新 更换 升级 借鉴 参照 依托 利用
运用 采用 采取 使用 用好 用活 用足 管好 办好 守好 守住 守牢 稳住 稳定 稳妥 巩固 丰富 活跃 繁荣
振兴 挖掘 传承 弘扬 突出 突破 聚焦 聚力 瞄准 对接 对标 衔接 融合 督促 督导 督办 监督 监管 检查
排查 普查 摸清 评估 考核 问责 追究 奖励 表彰 激励 约谈 曝光 立法 优先 重点 适当 适度 灵活 综合
关注 重视 扶持 扶助 帮助 帮扶 定期 按时 足额 如实 彻底 慎重 妥善 有序 有效 精准 扎实 率先 先行
重新 探讨 谋划 编制 筹集 筹措 争取 安排 指导 协助 委托 收回 回收 回购 置换 租赁 购买 划定 划出
划拨 拆除 迁移 搬迁 移植 种植 养护 维修 维护 检修 清扫 清运 清淤 疏浚 设计 设定 贯通 贯彻 践行
执行 履行 做到 做足 形成 打好 把好 把准 管住 管控 管护 放活 融入 集中 集约 节约 降本 增效 提质
提速 扩面 扩容 延续 续建 复建 复核 核定 核查 核减 核实 审核 审查 抽查 巡查 巡检 巡护 严控 严管
从严 从快 从速 从重 依法 依规 理顺 厘清 讲好 唱响 擦亮 点亮 照亮 办理 受理 处理 处置 启动 启用
重启 投入 投用 赋予 授予 下放 下沉 上调 下调 调高 调低 调配 调度 会同 牵头 邀请 聘任 任命
选拔 选树 评选 评定 认定 认证 登记 备案 归集 归并 合并 兼顾 兼容 共享 互认 互通 打包 拿出 修好
修通 打捞 开足 增开 增发 加开 用于 更名 抢修 补种 补办 补建 补发 补栽 换成 换装 改为 改用 改由
转为 划为 移交 移除 腾出 腾退 收集 征集 征求 听取 答复 告知 提示 张贴 安装 铺设 敷设 架设 开挖
硬化 疏解 分流 限速 限行 限高 禁行 禁停 错峰 错时 延时
"""
_VERB = "|".join(sorted(_VERBS.split(), key=len, reverse=True))
_IMPERATIVE = re.compile(
    rf"\s*{LINK}(?:{_VERB}|[把让使由请]|将(?!来|近)|[在对从向为按][^，。；]{{1,30}}?(?:{_VERB}|给予|予以|进行|不得))"
)
_STARTS_WITH_VERB = re.compile(_VERB)
_DUTY = re.compile(rf"应当|应该|必须|务必|有必要|应(?:{_VERB})")
# Verbs that a short heading may use as nouns: 投放时间, 处理能力, 督导员.
_NAMES_MATTER = re.compile(
    r"(?:投放|处理|督导|监管|规划|设计|培训|考核|评估|维护|养护|检查|监督|宣传|补贴|奖励|激励|分类|研究|发展|建设|保护|保障|管控|处置"
    r"|办理|认定|登记|备案|使用|运用|配套|配置|试点|综合|重点|组织|指导|评定|维修|清运|安排|创新).{0,4}[。：]?"
)
_PROBLEM = re.compile(
    r"(?:不(?:足|够|高|均衡?|强|全|一|清|畅|便|大|多|好|广|深|严|细|实|优|准|明|齐|快|亮|到位|完善|健全|合理|规范|统一|平衡|彻底"
    r"|匹配|充分|明显|明确|协调|及时|顺畅|稳定|透明|完整|科学|适应|积极|理想|方便|公平|同步)|偏(?:低|少|高|窄|慢|弱|远|重)"
    r"|过(?:高|低|少|多|重|大|远|慢|严|长|于[^，。]{1,8})|太(?:贵|少|慢|高|远|长|多|难|重|勤|严)|困难|难题?|滞后|薄弱"
    r"|缺[乏少失位陷口]|欠缺|短缺|紧[张缺]|严重|突出|混乱|老化|落后|单一|[低少慢贵远弱差旧乱堵]|没人管|无人.{0,4}|流失|隐患|乱象"
    r"|断[档层点]|脱节|模糊|矛盾|瓶颈|短板|错位|两张皮|难以[^，。]{1,10}|没有[^，。]{1,10}|缺[乏少][^，。]{1,12})$"
)
_CURES = re.compile(
    r"打通|接通|畅通|疏通|解决|缓解|破解|化解|消除|治理|整治|改善|改变|扭转|克服|补齐|补上|防止|避免|杜绝|遏制|应对|降低|减少|减轻"
    r"|破除|打破|弥补|清除|聚焦"
)
_MAX_PROBLEM_LENGTH = 40  # characters from the end


def is_request(sentence: str) -> bool:
    """Whether a sentence begins with a request, makes one after its reason, or asks the office a question.

    >>> is_request("此外，希望增加班次"), is_request("如果不能建，能否扩招？"), is_request("群众建议很多")
    (True, True, False)
    """
    return bool(_ASKS.match(sentence) or _ASKS_INSIDE.search(sentence) or _QUESTION.search(sentence))


def asks_for(clause: str) -> bool:
    """Whether a clause begins with a request that is no question: 建议…, 同时请….

    >>> asks_for("同时希望增设座椅。"), asks_for("能否增设座椅？")
    (True, False)
    """
    return bool(_ASKS.match(clause)) and not _QUESTION.search(clause)


def is_question(sentence: str) -> bool:
    """Whether a sentence is a question of any kind; in proposals many are rhetorical."""
    return bool(_ANY_QUESTION.search(sentence))


def is_duty(sentence: str) -> bool:
    """Whether a sentence says that something ought to be done, without asking anybody (学校应当公布…)."""
    return bool(_DUTY.search(sentence))


def is_demand(sentence: str) -> bool:
    """Whether a sentence tells what to do: it is a request, contains 应 or 要, or begins with a verb.

    >>> is_demand("完善公厕规划"), is_demand("监管不到位"), is_demand("处理能力")
    (True, False, False)
    """
    plain = compact(sentence)
    if names_problem(plain) or _NAMES_MATTER.fullmatch(plain):
        return False
    return bool(is_request(plain) or _OUGHTS.match(plain) or _IMPERATIVE.match(plain))


def starts_with_verb(text: str) -> bool:
    """Whether the first word is a verb that begins imperatives."""
    return bool(_STARTS_WITH_VERB.match(text))


def holds_request(text: str) -> bool:
    """Whether any clause of the text asks explicitly (建议…, 请…, 应…)."""
    return any(is_request(clause) or _OUGHTS.match(clause) for clause in re.split("[。；！，？]", text))


def names_problem(heading: str) -> bool:
    """Whether a heading says what is wrong instead of what to do about it.

    >>> names_problem("监管不到位"), names_problem("解决停车难"), names_problem("延长开放时间")
    (True, False, False)
    """
    end = compact(heading[-_MAX_PROBLEM_LENGTH:]).rstrip("。：；，！")
    return bool(_PROBLEM.search(end) and not _CURES.search(heading))


def adds(sentence: str) -> bool:
    """Whether a sentence begins like an addition (此外，…)."""
    return bool(_ADDS.match(sentence))


def explains(sentence: str) -> bool:
    """Whether a sentence begins like an explanation of the one before it (目前…, 这样…)."""
    return bool(_EXPLAINS.match(sentence))
