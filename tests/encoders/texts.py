"""Passages, and questions that say the same in other words."""

SUBJECTS = ("长者食堂", "电梯加装", "共享停车", "垃圾分类", "学位供给", "公交线路", "口袋公园", "家庭医生")
PLACES = ("景田", "梅林", "沙头", "莲花", "园岭", "华强", "香蜜", "福保")
PASSAGES = [
    f"关于{subject}，{place}街道已投入{10 + at}万元，完成{subject}试点，群众满意。"
    for at, subject in enumerate(SUBJECTS)
    for place in PLACES
]
# The question says it in other words, which stand in one passage only: training alone can tell what belongs together.
WORDS = ("老人吃饭", "爬楼困难", "车位紧张", "环境卫生", "孩子读书", "出行不便", "休闲绿地", "看病方便")
PAIRS = [
    (f"{place}的{words}问题", PASSAGES[len(PLACES) * at + number])
    for at, words in enumerate(WORDS)
    for number, place in enumerate(PLACES)
]
ALL = [*PASSAGES, *(f"另有来信反映{words}。" for words in WORDS)]

ZH = "为这个句子生成表示以用于检索相关文章："
