"""`dafu search` and `dafu serve`."""

from pathlib import Path
from typing import Annotated

import typer

from indexer.legs import Mode
from search_api.engine import Searcher
from search_api.types import Explanation, Hit, SearchResult

app = typer.Typer()

_PLACEHOLDER = "（无题）"


@app.command()
def search(
    query: Annotated[
        str,
        typer.Argument(help='词语、"短语"、-排除、单位: 年份: 编号: 文号: 类型: 办理:，或一段文字', metavar="QUERY"),
    ],
    index: Annotated[Path, typer.Option("--index", help="索引文件夹", metavar="DIR")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="显示多少份答复")] = 10,
    mode: Annotated[Mode, typer.Option(help="检索方式")] = "hybrid",
    explain: Annotated[bool, typer.Option("--explain", help="说明为什么找到")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """查找已有的答复。"""
    result = Searcher(index).search(query, k, mode=mode, explain=explain)
    if as_json:
        typer.echo(result.to_json())
    else:
        _print(result)


@app.command()
def serve(
    index: Annotated[Path, typer.Option("--index", help="索引文件夹", metavar="DIR")],
    host: Annotated[str | None, typer.Option(help="监听地址，默认 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="端口，默认 8000")] = None,
) -> None:
    """启动网页和接口服务。"""
    from search_api.web.server import serve as run_server  # the web stack is loaded by this command alone

    run_server(index, host, port)


def _print(result: SearchResult) -> None:
    if not result.hits:
        typer.echo(f"没有找到与“{result.query[:60]}”有关的答复。可以换用别的说法，减少词语，或去掉范围限制。")
        return
    if result.message:
        typer.echo(f"{result.message}。以下是最接近的几份，仅供参考。")
    typer.echo(f"{result.total} 份答复，按相关程度排列，用时 {result.took_ms:.0f} 毫秒")
    for hit in result.hits:
        typer.echo(_card(hit))


def _card(hit: Hit) -> str:
    replied = hit.replied_on.isoformat() if hit.replied_on else None
    facts = [
        fact
        for fact in (hit.agency, replied, hit.doc_number, hit.proposal_number and f"第{hit.proposal_number}号")
        if fact
    ]
    lines = [f"\n{hit.rank}. {hit.title or _PLACEHOLDER}  [{hit.band}]", f"   {'，'.join(facts)}", f"   {hit.doc_id}"]
    for passage in hit.passages:
        text = passage.text.replace("\n", " ")
        lines.append(
            f"   · {passage.section + '：' if passage.section else ''}{text[:120]}{'…' if len(text) > 120 else ''}"
        )
    if hit.explanation:
        lines.append(f"   为什么：{_reasons(hit.explanation)}")
    return "\n".join(lines)


def _reasons(why: Explanation) -> str:
    if not why.is_ranked:
        return "按编号、文号或筛选条件找到"
    scores = [("词语得分", why.lexical_score), ("向量得分", why.vector_score), ("向量权重", why.vector_weight)]
    said = [f"{name} {value}" for name, value in scores if value is not None]
    words = "、".join(why.matched_terms[:12]) or "无"
    return "；".join([f"答复这一问题的可能性 {why.likelihood}", f"共同的词 {words}", *said])
