"""An archive that is full of personal data, each piece once; and what of it must be seen nowhere."""

import json
from pathlib import Path

from tests.conftest import write_letters
from tests.letters import letter

# What must not be seen, each once in the archive: (where it is written, what is looked for).
SECRETS = {
    "title": ("张建国反映人：柳如眉的手机13800000001", "柳如眉", "13800000001"),
    "heading": ("二、联系人：钱大有，电话：86600002", "钱大有", "86600002"),
    "label of a column": ("市民政局联系人：贺知章，电话：86600003", "贺知章", "86600003"),
    "mobile": ("请拨打138-0000-0004。", "138-0000-0004", "13800000004"),
    "full-width": ("手机１３８００００００05。", "１３８００００００05", "13800000005"),
    "landline": ("致电0755-86600006转8012。", "86600006", "8012"),
    "identity": ("身份证号110105 19491231 002X。", "19491231", "002X"),
    "old identity": ("身份证110105491231007。", "491231007"),
    "e-mail": ("邮箱lishimin008@songlan.example.cn。", "lishimin008"),
    "card": ("银行卡号：6222 0212 3456 0009 123。", "3456 0009"),
    "plate": ("车牌粤B00A10。", "00A10"),
    "home": ("家住梅林街道下梅林二街11栋2单元1101室。", "1101室", "11栋"),
    "account": ("微信号：wx_songlan_12。", "wx_songlan_12"),
    "label in the paragraph before": ("经办人：\n沈万三", "沈万三"),
    "closing": ("（联系人：周小平，联系电话：86600013）", "周小平", "86600013"),
    "question": ("来信人：罗贯中，电话13800000014，反映长者食堂排队。", "罗贯中", "13800000014"),
    "version": ("承办人：施耐庵，86600015", "施耐庵", "86600015"),
    "file": ("联系人：吴承恩13800000016", "吴承恩", "13800000016"),
    "damaged file": ("联系人：蒲松龄13800000017", "蒲松龄", "13800000017"),
}
TRACES = tuple(trace for _, *traces in SECRETS.values() for trace in traces)
BODY = "".join(
    SECRETS[name][0] for name in (
        "mobile", "full-width", "landline", "identity", "old identity", "e-mail", "card", "plate", "home", "account",
    )
)  # fmt: skip
ID, TITLED_ID = "松澜市民政局:cppcc:20239901:2023-06-18", "L-2"


def write_archive(folder: Path, *, second: bool) -> None:
    """`second`: as corrected, without what only the first version says."""
    folder.mkdir(parents=True, exist_ok=True)
    write_letters(folder)
    said = "" if second else f"{SECRETS['version'][0]}\n"
    text = letter(
        heading="松澜市民政局关于市政协十届二次会议第20239901号提案的答复",
        opening="您提出的《关于长者食堂排队的提案》（第20239901号）收悉。现答复如下：",
        body=f"一、基本情况\n长者食堂排队的事，{BODY}全市现有长者食堂六十八家。\n{SECRETS['heading'][0]}\n"
        f"下一步增开长者食堂窗口。\n{said}{SECRETS['label in the paragraph before'][0]}\n长者食堂窗口明年开放。",
        closing=f"松澜市民政局\n2023年6月18日\n{SECRETS['closing'][0]}",
    )
    (folder / "排队.txt").write_text(text, encoding="utf-8")
    rows = [
        {
            "id": "L-2",
            "title": SECRETS["title"][0],
            "agency": SECRETS["label of a column"][0],
            "question": SECRETS["question"][0],
            "text": "长者食堂窗口已经增开。排队时间由二十分钟降到八分钟。",
        }
    ]
    (folder / "来信.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    (folder / f"{SECRETS['file'][0]}.txt").write_text("长者食堂窗口说明。今年新增窗口十二个。", encoding="utf-8")
    (folder / f"{SECRETS['damaged file'][0]}.docx").write_bytes(b"PK\x03\x04")
