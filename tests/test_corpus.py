"""The face of the corpus package: what a library user imports, typed, and cheap until it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

import corpus
from corpus import Document, Passage, Proposal, mask, read_documents, split, split_proposal
from tests.letters import letter

ROOT = Path(__file__).parents[1]


def test_every_name_of_the_face_is_the_one_of_its_module() -> None:
    assert set(dir(corpus)) >= set(corpus.__all__)
    for name in corpus.__all__:
        found = getattr(corpus, name)
        assert found.__name__ == name
        assert found is getattr(sys.modules[found.__module__], name)
        assert found.__module__.startswith("corpus.")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(corpus, "nothing")  # noqa: B009  # mypy knows that the attribute is not there


def test_importing_the_package_imports_no_other_module_of_it_and_no_library() -> None:
    code = "import sys; before = set(sys.modules); import corpus; print(*sorted(set(sys.modules) - before))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "corpus" in done.stdout.split()
    packages = {name.partition(".")[0] for name in done.stdout.split()}
    assert packages - sys.stdlib_module_names - {"corpus"} == set()


def test_the_face_reads_splits_and_masks(tmp_path: Path) -> None:
    path = tmp_path / "答复.txt"
    path.write_text(letter(), "utf-8")
    [document] = read_documents(path, path.name)
    assert isinstance(document, Document)
    passages: list[Passage] = split(document)
    assert passages[0].text == "全市现有长者食堂六十八家，日均就餐九千人次，覆盖全部街道。"
    assert mask("电话：86601234") == "电话：86******"
    proposal: Proposal = split_proposal("关于夜间公交的提案\n建议：\n一、延长运营时间。\n二、增加班次。")
    assert [point.text for point in proposal.points] == ["延长运营时间。", "增加班次。"]
