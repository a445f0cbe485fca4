"""Folds text for patterns: each character is written one way, and quotations contain no stops.

Not for: search. `indexer.terms.analyzer` normalises words; here every character keeps its place.
"""

import re

# The traditional characters in the words that this package looks for, each with its simplified form.
_TRADITIONAL = """
議议 問问 題题 對对 應应 請请 為为 懇恳 現现 狀状 況况 據据 實实 總总 號号 關关 於于 屆届 會会
員员 聯联 絡络 電电 話话 辦办 單单 編编 標标 體体 幾几 條条 點点 與与 難难 處处 當当 審审 納纳
採采 參参 緣缘 進进 設设 強强 擴扩 開开 規规 範范 動动 發发 優优 協协 調调 統统 創创 構构 組组
織织 勵励 嚴严 監监 檢检 補补 適适 務务 責责 將将 讓让 給给 資资 時时 個个 從从 後后 來来 這这
們们 無无 業业 導导 還还 過过 齊齐 訴诉 舉举 徑径 稱称 類类 郵邮 傳传 誠诚 諸诸 謝谢 領领 滯滞
亂乱 執执 筆笔 眾众 僅仅 萬万 見见 區区 縣县 師师 臺台 盡尽 潔洁 醫医 養养 護护 環环 鄉乡 產产
權权 態态 質质 長长 縮缩 闊阔 寬宽 減减 輕轻 決决 緩缓 溝沟 劃划 濟济 險险 績绩 勢势 驗验 義义
經经 顧顾 約约 訂订 複复 復复 場场 購购 遷迁 錢钱 價价 費费 稅税 報报 讀读 書书 課课 學学 園园
樓楼 間间 車车 線线 鐵铁 橋桥 燈灯 隊队 黨党 團团 僑侨 婦妇 聽听 訪访 談谈 論论 證证 認认 識识
語语 講讲 許许 試试 詢询 誰谁 齡龄 邊边 鄰邻 釐厘 鎮镇 門门 閒闲 階阶 際际 隨随 隱隐 雙双 雜杂
並并 週周 雖虽 診诊 歲岁 營营 攤摊 舊旧 壞坏 圍围 牆墙 擠挤 備备 聲声 響响 築筑 棄弃 貼贴 貧贫
幫帮 滿满 盞盏 換换 遠远 帶带 傷伤 薦荐 屬属 擔担 佔占 僱雇 紅红 綠绿 確确 該该 願愿 熱热 氣气
專专 慮虑 億亿 蓋盖 戶户 遞递 獎奖 懲惩 殘残 農农 漁渔 勞劳 兒儿 歷历 樹树 徵征 佈布 裏里 裡里
麼么 嗎吗 卻却 誤误 遲迟 緊紧 繳缴 評评 測测 覆复 療疗 擇择 獲获 獨独 啟启 獻献 罰罚 陸陆 撥拨
離离 靈灵 靜静 頂顶 項项 順顺 預预 頻频 顯显 風风 飛飞 館馆 驅驱 鬆松 麗丽 黃黄
"""
_FULL_WIDTH = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0E)
_FOLD = str.maketrans(
    {pair[0]: pair[1] for pair in _TRADITIONAL.split()}
    | {chr(code): chr(code - 0xFEE0) for code in _FULL_WIDTH}
    | dict(zip(",;:!?()\u3000\xa0", "，；：！？（）  ", strict=True))
)
# A full stop typed on an English keyboard, but not one in a number, after 1. or after 一.
_ASCII_STOP = re.compile(r"(?<=[\u4e00-\u9fff”\"）%])(?<![一二三四五六七八九十])\.(?![0-9A-Za-z.])")
# Stops, colons and numbering inside a title or a quotation mean nothing outside it.
_QUOTED = re.compile(r"《[^《》\n]{0,200}》|“[^“”\n]{0,400}”|「[^「」\n]{0,400}」|『[^『』\n]{0,400}』")
# What somebody says ends where it does, if the text goes on behind it: 他说：“太吵。”建议限时.
_SAID = re.compile(r"(?<=：)[“「][^“”「」\n]{0,400}[。！？](?=[”」][\u4e00-\u9fff])")
_MUTED = str.maketrans("。；：！？，、", "·······")


def fold(text: str) -> str:
    """The text in simplified characters, full-width punctuation and half-width digits, quotations muted.

    It is as long as the text, and a span found in it is the same span of the text as pasted.

    >>> fold("( 1 )．建議:加强检查."), fold("居民说：“太吵，太脏。”")
    ('（ 1 ）。建议：加强检查。', '居民说：“太吵·太脏·”')
    """
    folded = _ASCII_STOP.sub("。", text.translate(_FOLD))
    muted = _QUOTED.sub(lambda quoted: quoted[0].translate(_MUTED), folded)
    stops = {said.end() - 1 for said in _SAID.finditer(folded)}
    return "".join(folded[i] if i in stops else char for i, char in enumerate(muted)) if stops else muted
