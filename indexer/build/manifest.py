"""What a generation says of itself: versions, fingerprints, counts, calibration, and a checksum of every file."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.errors import DafuError, FormatError
from indexer.engine.parameters import RankingParameters

FORMAT_VERSION = 4
"""Of the folder as a whole: change it when an older program could not read it."""

MIN_PAIRS = 5
"""Known pairs below which an archive says nothing of its legs."""


_RETRAIN_GROWTH = 1.5  # an archive that has grown by half has words that its encoder never saw


class FileSum(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int
    sha256: str


class EncoderInfo(BaseModel):
    """`kind` is "archive" or the path of a pretrained model; `trained_on` counts the documents it learnt from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    fingerprint: str
    dimension: int
    trained_on: int | None


class Calibration(BaseModel):
    """What the legs are worth on this archive, measured on `pairs` known pairs when it had `documents` documents.

    `figures`: leg ("lexical", "vector", "hybrid") to kind of pair ("title", "question", "ask", "all") to nDCG@10; empty
    where the archive knows no pair. `vector_weight` is the vector leg's beside BM25's 1; `slow_share` is that of the
    encoder's slow part in it, None where there is none or it was not ready. The chance that a document of
    a given closeness answers is 1 / (1 + exp(-slope * (closeness - even))): one half at `even`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: int
    pairs: dict[str, int]
    figures: dict[str, dict[str, float]]
    vector_weight: float
    even: float
    slope: float
    slow_share: float | None = None

    def chance(self, closeness: NDArray[np.float64]) -> NDArray[np.float64]:
        """That documents of this closeness answer."""
        return np.asarray(1 / (1 + np.exp(-self.slope * (closeness - self.even))), dtype=np.float64)

    def in_words(self) -> str:
        """For an administrator: what was measured, and what follows for the search."""
        asked = self.pairs.get("all", 0)
        if asked < MIN_PAIRS:
            return f"已知问答只有 {asked} 组，不足以自测；向量权重取默认值 {self.vector_weight:g}"
        lexical, vector, hybrid = (self.figures[leg]["all"] for leg in ("lexical", "vector", "hybrid"))
        measured = f"用 {asked} 组已知问答自测（nDCG@10，满分为 1）：只用词语 {lexical:.3f}，只用向量 {vector:.3f}"
        if self.vector_weight == 0:
            return f"{measured}；向量对本档案没有帮助，检索时不使用"
        return f"{measured}，两者合用 {hybrid:.3f}；向量权重 {self.vector_weight:g}"


class Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int
    analyzer_version: str
    masking_version: int
    generation: int
    created_at: str
    encoder: EncoderInfo
    documents: int
    passages: int
    lacking: int | None = None
    calibration: Calibration
    ranking: RankingParameters
    files: dict[str, FileSum]
    checksum: str = ""

    @property
    def outgrown(self) -> str | None:
        """That the archive has outgrown its encoder; None where it has not, or the encoder learnt nothing from it."""
        trained_on, now = self.encoder.trained_on, self.documents
        if trained_on is None or now < _RETRAIN_GROWTH * trained_on:
            return None
        how = "训练" if self.encoder.kind in ("archive", "mixed") else "适配"
        return f"编码器是用 {trained_on} 份答复{how}的，现在已有 {now} 份，建议用 --retrain 重新{how}。"

    @classmethod
    def load(cls, path: Path) -> "Manifest":
        """Raises DafuError where the file is missing, damaged or of another format version."""
        try:
            text = path.read_bytes().decode("utf-8")
            found = _Version.model_validate_json(text).format_version
            if found < FORMAT_VERSION:
                raise DafuError(
                    f"{path} 是较早版本的程序建立的（格式 {found}，本程序使用 {FORMAT_VERSION}）。"
                    "请重新运行 dafu index，它会从档案库重建索引。"
                )
            if found != FORMAT_VERSION:
                raise FormatError(
                    f"{path} 的索引格式版本是 {found}，本程序使用 {FORMAT_VERSION}。"
                    "请用建立它的版本打开，或用 dafu index 在新文件夹中重建。"
                )
            manifest = cls.model_validate_json(text)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DafuError(
                f"索引缺少清单 {path}（{reason}），而 CURRENT 指向它。请重新运行 dafu index，或从备份恢复。"
            ) from error
        except (UnicodeDecodeError, ValidationError) as error:
            raise _damaged(path, type(error).__name__) from error
        if manifest.checksum != _checksum(json.loads(text)):  # of what is written: a later field has its default
            raise _damaged(path, "内容与它自己的校验和不符")
        return manifest

    def with_checksum(self) -> "Manifest":
        """The same with `checksum`, the SHA-256 of everything else in it."""
        return self.model_copy(update={"checksum": _checksum(self.model_dump(mode="json"))})


def _checksum(written: dict[str, object]) -> str:
    content = {name: value for name, value in written.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


class _Version(BaseModel):
    format_version: int


def _damaged(path: Path, why: str) -> DafuError:
    return DafuError(f"清单 {path} 已损坏：{why}。请从备份恢复，或重新运行 dafu index。")


def checksums(folder: Path, old: Path | None = None, known: Mapping[str, FileSum] | None = None) -> dict[str, FileSum]:
    """Of every file below a generation's folder but the manifest and the lock files of open readers.

    A file that is one with that of the same name in the folder `old`, linked, has the sum that is `known` of it.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != "manifest.json" and not name.endswith(".lock"):
            if old and known and name in known and (old / name).is_file() and path.samefile(old / name):
                found[name] = known[name]
            else:
                found[name] = FileSum(size=path.stat().st_size, sha256=sha256_of(path))
    return found


def file_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Files of a generation's folder that are missing, changed or none of its manifest's, a sentence each."""
    found = checksums(folder)
    for name, expected in manifest.files.items():
        if name not in found:
            yield f"{folder / name}：文件缺失，清单记录 {expected.size} 字节。"
        elif found[name].size != expected.size:
            yield f"{folder / name}：应为 {expected.size} 字节，实际 {found[name].size} 字节。"
        elif found[name].sha256 != expected.sha256:
            yield f"{folder / name}：内容与清单的校验和不符，文件已被改动或损坏。"
    for name in sorted(found.keys() - manifest.files.keys()):
        yield f"{folder / name}：清单中没有这个文件。"


def sha256_of(path: Path) -> str:
    """The checksum of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
