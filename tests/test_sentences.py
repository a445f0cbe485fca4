"""Courtesies are recognised, and removing them never removes any of the matter."""

import time

import pytest

from corpus.language.formulas import is_formula
from corpus.language.sentences import without_courtesy

MATTER = "电动自行车充电桩怎么报装"


@pytest.mark.parametrize(
    "courtesy",
    [
        "感谢您对我市养老工作的关心和支持",
        "感谢您对我局工作的关心与支持",
        "感谢您对我们工作的关心支持",
        "衷心感谢您长期以来对民政事业的关心、理解和支持",
        "再次感谢您们对福田区养老工作的关心和关注",
        "非常感谢您对于轨道交通的关注",
        "感谢代表对城市管理工作的监督与支持",
        "感谢各位委员对教育工作的大力支持",
        "感谢你长期以来对全市教育工作的关心",
        "感谢您一直以来对我镇工作的支持",
        "谢谢您对教育的关心与支持",
        "感谢您的理解和支持",
        "感谢您对我们的信任",
        "感谢您的来信",
        "感谢您的留言",
        "感谢您提出的宝贵意见",
        "感谢您对共享单车管理提出的意见建议",
        "谢谢",
        "非常感谢",
        "万分感谢",
        "谢谢了",
        "对您的建言表示衷心的感谢",
        "我局高度重视",
        "市委、市政府高度重视",
        "区政府对此高度重视",
        "我街道一直高度重视",
        "局领导十分重视",
        "领导关怀",
        "立即组织相关科室进行了认真研究",
        "现答复如下",
        "现将有关情况回复如下",
        "现就相关情况答复如下",
        "现将办理情况函复如下",
        "现作如下回复",
        "您的来信收悉",
        "提案收悉",
        "您的留言已收悉",
        "来信已获悉",
        "特此答复",
        "特此函复",
        "专此回复",
        "此复",
        "此致",
        "此致 敬礼",
        "欢迎您一如既往监督和支持我们的工作",
        "欢迎您继续提出宝贵意见",
        "恳请您继续关心和支持我们的工作",
        "希望继续关注",
        "敬请谅解",
        "恳请领导重视",
        "望领导能给予回复",
        "请领导批示",
        "盼回复",
        "盼复",
        "现将有关情况说明如下",
        "感谢您的问政",
        "希望有关部门重视",
        "取得了明显成效",
        "切实增强群众幸福感、获得感和安全感",
        "群众的获得感、幸福感、安全感切实增强",
        "长期以来，相关部门高度重视",
        "如有疑问，请致电咨询",
        "如您还有其他问题，欢迎随时来电",
        "祝您生活愉快",
        "您好",
        "你们好",
        "尊敬的领导",
        "尊敬的陈岚委员",
        "尊敬的胡书记",
    ],
)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_courtesy_goes_and_the_matter_stays(courtesy: str, before: bool) -> None:
    text = f"{courtesy}，{MATTER}。" if before else f"{MATTER}。{courtesy}"
    left = without_courtesy(text)
    assert MATTER in left
    rest = "".join(c for c in left.replace(MATTER, "") if c.isalnum())
    assert rest in ("", "提案", "局", "局领导", "区政府", "对您的建言", "感谢代表")  # a courtesy's owner, at most


@pytest.mark.parametrize(
    "text",
    [
        "电动自行车充电",
        "关心下一代工作委员会",
        "关心下一代工作委员会如何换届",
        "感谢信制度",
        "见义勇为人员感谢信和奖励",
        "支持中小企业融资",
        "希望支持民营企业融资的政策落到实处",
        "研究生住房补贴",
        "认真落实高度重视程度不够的问题",
        "学校对校园欺凌高度重视不够",
        "临终关怀",
        "临终关怀病房",
        "人文关怀和心理疏导",
        "社区关怀驿站",
        "重视心理健康教育",
        "重视程度不够",
        "中小学校园监督",
        "群众监督举报渠道",
        "群众满意度测评",
        "如何提升群众满意度",
        "提高群众满意度的措施",
        "此次补贴标准",
        "因此致残的工伤认定",
        "因此复议被驳回",
        "补贴款是否已收到",
        "工资已收到但金额不对",
        "对此答复不满意，能否复议",
        "意见征集",
        "宝贵自然遗产保护",
        "希望小学撤并",
        "希望工程捐款",
        "祝融路改造",
        "对你好的邻居评选",
        "敬老院支持政策",
        "领导干部在线学习",
        "12345热线回复时限",
        "感恩教育",
        "研究制定停车收费办法",
        "问题楼盘如有问题产品怎么退货",
        "高度重视",
        "感谢",
        "感谢您对养老工作的关心和支持",
        "收悉",
        "",
        "，。！",
        "5G",
    ],
)
def test_a_text_survives_whole(text: str) -> None:
    assert without_courtesy(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # No courtesy reaches over the end of its clause.
        ("感谢您对我们工作的关心。请问支持中小企业融资的政策", "。。请问支持中小企业融资的政策"),
        ("感谢您对我们，请问怎样支持中小企业", "感谢您对我们，请问怎样支持中小企业"),
        ("感谢领导支持老旧小区加装电梯", "。老旧小区加装电梯"),
        ("您提出的《关于增设长者食堂的提案》收悉。现答复如下：", "您提出的《关于增设长者食堂的提案》。。。："),
        ("我局高度重视老旧小区改造", "。老旧小区改造"),
        ("感谢您的来信，电梯加装补贴", "。，电梯加装补贴"),
    ],
)
def test_what_is_left(text: str, left: str) -> None:
    assert without_courtesy(text) == left


def test_nothing_is_taken_twice() -> None:
    text = "尊敬的领导，您好！感谢您对我市工作的关心和支持，电梯补贴收悉，现答复如下，特此函复。"
    assert without_courtesy(without_courtesy(text)) == without_courtesy(text)


@pytest.mark.parametrize(
    "unit",
    [
        *("感谢您对", "感谢", "再次衷心", "高度重视", "、和我局", "现将有关情况", "恳请领导们", "欢迎您继续"),
        *("如有问题，请", "尊敬的甲乙丙丁", "来信我局", "祝您", "关心、", "希望关心"),
    ],
)
def test_a_long_text_takes_no_time(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    started = time.perf_counter()
    without_courtesy(text)
    assert time.perf_counter() - started < 2


def test_stock_sentences() -> None:
    assert is_formula("您提出的《关于停车的建议》收悉。")
    assert not is_formula("全区新增泊位1200个。")
