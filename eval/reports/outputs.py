"""Files that a command was asked to write."""

import json
from pathlib import Path

from corpus.errors import DafuError


def check_folders(*outputs: Path | None) -> None:
    """Before an hour of measuring, not after it. Raises DafuError for a file whose folder does not exist."""
    for path in outputs:
        if path and not path.parent.is_dir():
            raise DafuError(f"结果无法写入 {path}：文件夹 {path.parent} 不存在。请先建立它。")


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
