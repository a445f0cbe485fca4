"""What the audit keeps: the actions of the service and of the commands. Imports nothing: a help page lists them."""

ACTIONS = {
    "search": "检索", "feed": "订阅", "match": "对照提案", "open": "打开答复", "open_version": "打开旧版本",
    "open_unmasked": "显示个人信息", "open_original": "打开原文件", "basket": "查看材料篮", "export": "导出材料篮",
    "cases": "查看办件", "case": "打开办件", "case_change": "修改办件", "feedback": "评价",
    "login": "登录", "login_failed": "登录失败", "logout": "退出", "refused": "拒绝",
    "index": "建立或更新索引", "watch": "自动更新索引", "purge": "彻底删除答复", "backup": "备份", "restore": "恢复",
    "token": "管理令牌",
}  # fmt: skip
"""Every action of the service and of the commands, and its name in Chinese."""
