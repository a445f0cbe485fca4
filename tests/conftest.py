"""Archives and indexes that several test files read; built once a run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.build.generation import Generation
from indexer.build.update import BuildOptions, BuildReport, build
from indexer.encoders.general import GeneralEncoder
from tests.browser import browser, new_page, page, site
from tests.letters import SAMPLE, letter
from tests.once import built_once

__all__ = ["browser", "new_page", "page", "site"]


# What a test does not choose: training takes a second, and sixty megabytes of general weights an index would take more.
os.environ["DAFU_ENCODER"] = "archive"


def silent(step: str, done: int, total: int) -> None:
    """No progress."""


def make_index(source: Path, into: Path, *, prune: bool = False, retrain: bool = False) -> BuildReport:
    """`dafu index source --into into`, with an archive-trained encoder."""
    return build([source], into, BuildOptions(prune=prune, retrain=retrain), silent)


def indexed_ids(index: Path) -> list[str]:
    """The ids of all documents of an index, sorted."""
    return sorted(entry.doc_id for entry in Generation.open_current(index).engine.entries())


def write_letters(folder: Path) -> None:
    """Writes three documents of one bureau, each about another subject."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (subject, body) in enumerate(
        [
            ("长者食堂", "全市现有长者食堂六十八家，每餐补贴两元，失能老人送餐上门。"),
            ("加装电梯", "加装电梯财政补贴每台十五万元，住房公积金可以提取，低层住户意见须协商。"),
            ("共享停车", "机关单位夜间开放停车泊位六百四十个，包月一百五十元，超时滞留须加价。"),
        ],
        start=1,
    ):
        text = letter(
            heading=f"松澜市民政局关于市政协十届二次会议第2023000{number}号提案的答复",
            opening=f"您提出的《关于{subject}的提案》（第2023000{number}号）收悉。现答复如下：",
            body=f"一、基本情况\n{body}\n二、下一步工作\n我局将会同有关部门在年底前完成。",
            closing=f"感谢您的关心。\n松澜市民政局\n202{number}年6月18日",
        )
        (folder / f"{subject}.txt").write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample archive. Read-only: a test that changes an index makes its own."""

    def build_into(folder: Path) -> None:
        assert not make_index(SAMPLE, folder).failures

    return built_once(tmp_path_factory, "sample-index", build_into)


@pytest.fixture(scope="session")
def general(tmp_path_factory: pytest.TempPathFactory) -> GeneralEncoder:
    """The encoder of ordinary language, made once a run."""
    return GeneralEncoder.load(built_once(tmp_path_factory, "general", lambda into: GeneralEncoder.made().save(into)))


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A folder of three documents that a test may change."""
    write_letters(tmp_path / "letters")
    return tmp_path / "letters"


# The characters of the tests' documents and of the prompts of known models.
_MODEL_CHARACTERS = (
    "query: passage为这个句子生成表示以用于检索相关文章关于长者食堂电梯加装共享停车垃圾分类学位供给公交线路口袋园家庭医"
    "景田梅林沙头莲花岭华强香蜜福保街道已投入万元完成试点群众满意全市现有六十八每餐补贴两失能老人送上门财政台五住房"
    "积金可提取低层户意见须协商机关单位夜间开放泊四百个包月一超时滞留价0123456789，。"
)


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real transformer, small: two layers over the characters of what the tests say."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("models")
    characters = sorted(set(_MODEL_CHARACTERS))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{c}" for c in characters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    configuration = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(configuration).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    modules = [Transformer(str(folder / "bert"), max_seq_length=64), Pooling(16)]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "model"))
    return folder / "model"


@pytest.fixture
def model(original: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    shutil.copytree(original, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def one_thread() -> Iterator[None]:
    """The models are tiny: threads would only wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
