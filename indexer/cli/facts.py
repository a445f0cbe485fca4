"""What `dafu status` tells of an index."""

from collections import Counter
from pathlib import Path

from pydantic import BaseModel

from indexer.archive import Alarm, Failure
from indexer.build.alarms import told
from indexer.build.generation import Generation
from indexer.build.manifest import Calibration, EncoderInfo
from indexer.cli.report import masked, masked_alarm, named


class Facts(BaseModel):
    """What `dafu status --json` prints."""

    index: str
    generation: int
    created_at: str
    documents: int
    passages: int
    agencies: int
    years: dict[int, int]
    kinds: dict[str, int]
    encoder: EncoderInfo
    slow_vectors: float | None
    calibration: Calibration
    analyzer_version: str
    format_version: int
    size_bytes: int
    unreadable: list[Failure]
    skipped: list[Failure]
    alarms: list[dict[str, str]]

    def in_words(self) -> str:
        """The same for a terminal, shorter."""
        years = "、".join(f"{year} 年 {n} 份" for year, n in self.years.items())
        return (
            f"索引 {self.index}：第 {self.generation} 代，建于 {self.created_at}\n"
            f"答复 {self.documents} 份，段落 {self.passages} 个，单位 {self.agencies} 个，"
            f"占用 {self.size_bytes / 1e6:.1f} MB\n"
            f"年份：{years or '未知'}\n"
            f"编码器：{_described(self.encoder)}\n{self._slow_vectors()}"
            f"自测：{self.calibration.in_words()}\n"
            f"无法读取的文件：{len(self.unreadable)} 个，跳过的文件：{len(self.skipped)} 个"
            + "".join(f"\n{line}" for line in (*named("无法读取", self.unreadable), *named("跳过", self.skipped)))
            + "".join(f"\n{sentence}" for sentence in told([Alarm._make(a.values()) for a in self.alarms]))
        )

    def _slow_vectors(self) -> str:
        if self.slow_vectors is None:
            return ""
        told = (
            "已算好，检索时使用" if self.slow_vectors == 1 else "词语检索已可使用，其余由 dafu index 或 dafu watch 算完"
        )
        return f"语义向量：{self.slow_vectors:.0%}（{told}）\n"


def facts_of(folder: Path) -> Facts:
    """Raises DafuError where the folder holds no index that can be opened."""
    generation = Generation.open_current(folder)
    manifest, documents = generation.manifest, generation.engine.entries()
    return Facts(
        index=str(folder),
        generation=manifest.generation,
        created_at=manifest.created_at,
        documents=manifest.documents,
        passages=manifest.passages,
        agencies=len({d.agency for d in documents if d.agency}),
        years=dict(sorted(Counter(d.year for d in documents if d.year).items())),
        kinds=dict(sorted(Counter(d.kind for d in documents).items())),
        encoder=manifest.encoder,
        slow_vectors=generation.slow_share,
        calibration=manifest.calibration,
        analyzer_version=manifest.analyzer_version,
        format_version=manifest.format_version,
        size_bytes=sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()),
        unreadable=[masked(failure) for failure in generation.archive.failures()],
        skipped=[masked(Failure(*each)) for each in generation.archive.left_out.all()],
        alarms=[masked_alarm(alarm)._asdict() for alarm in generation.archive.alarms()],
    )


def _described(encoder: EncoderInfo) -> str:
    taught = {"archive": "", "mixed": "训练"}.get(encoder.kind, "适配") if encoder.trained_on is not None else ""
    learnt = f"，已用 {encoder.trained_on} 份答复{taught}" if taught else ""
    return f"{encoder.kind}（{encoder.dimension} 维，指纹 {encoder.fingerprint[:12]}{learnt}）"
