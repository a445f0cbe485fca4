"""Both encoders in one vector: each part as it is alone, and zeros for what is not known yet."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.encoders import EncoderError, load
from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.general import GeneralEncoder
from indexer.encoders.mixed import MixedEncoder
from indexer.encoders.protocol import unit_vectors
from indexer.terms.analyzer import DEFAULT

QUERIES = ["带狗出门要办证吗", "电梯坏了找谁", "停车难怎么办"]
PASSAGES = ["全市现有长者食堂六十八家。", "加装电梯每台补贴十五万元。", "夜间开放停车泊位六百四十个。", "犬只须登记。"]
SHARE = 0.7


@pytest.fixture(scope="module")
def archive() -> ArchiveEncoder:
    words = ["电梯", "停车", "食堂", "补贴"]
    return ArchiveEncoder(words, np.eye(4, 6, dtype=np.float32) + np.float32(0.1))


@pytest.fixture(scope="module")
def mixed(archive: ArchiveEncoder, general: GeneralEncoder) -> MixedEncoder:
    ready = MixedEncoder(archive, general).centred(general.encode_queries(QUERIES), general.encode_passages(PASSAGES))
    return ready.weighed(SHARE)


def centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return unit_vectors(vectors - vectors.mean(axis=0))


def test_an_inner_product_is_the_weighed_sum_of_both_cosines(
    mixed: MixedEncoder, archive: ArchiveEncoder, general: GeneralEncoder
) -> None:
    by_archive = archive.encode_queries(QUERIES) @ archive.encode_passages(PASSAGES).T
    by_general = centred(general.encode_queries(QUERIES)) @ centred(general.encode_passages(PASSAGES)).T
    found = mixed.encode_queries(QUERIES) @ mixed.encode_passages(PASSAGES).T
    assert np.allclose(found, (1 - SHARE) * by_archive + SHARE * by_general, atol=1e-5)


def test_before_the_means_are_known_the_archives_part_answers_alone(
    archive: ArchiveEncoder, general: GeneralEncoder
) -> None:
    early = MixedEncoder(archive, general)
    assert not early.is_ready
    passages = early.encode_passages(PASSAGES)
    assert early.lacking(passages).all()
    assert np.allclose(
        early.encode_queries(QUERIES) @ passages.T,
        archive.encode_queries(QUERIES) @ archive.encode_passages(PASSAGES).T,
    )


def test_a_vector_that_lacks_the_general_part_is_completed_to_what_it_would_be(mixed: MixedEncoder) -> None:
    def forgetful(encoder: object, texts: object) -> NDArray[np.float32]:
        return np.zeros((len(PASSAGES), mixed.slow.dimension), np.float32)

    whole, lacking = mixed.encode_passages(PASSAGES), mixed.remembering(forgetful).encode_passages(PASSAGES)
    assert not mixed.lacking(whole).any()
    assert mixed.lacking(lacking).all()
    assert np.allclose(mixed.completed(lacking, PASSAGES), whole)
    analysed = [DEFAULT.analyse("".join(PASSAGES))]
    document = mixed.encode_documents(analysed, [whole])[0]
    bare = mixed.encode_documents(analysed, [lacking])[0]
    assert np.allclose(mixed.completed_document(bare, whole), document)
    mean = unit_vectors(whole[:, 6:].sum(axis=0, keepdims=True))[0]
    assert np.allclose(document[6:], mean)


def test_what_is_saved_is_read_back(mixed: MixedEncoder, tmp_path: Path) -> None:
    mixed.save(tmp_path)
    found = load(tmp_path)
    assert (found.kind, found.fingerprint, found.dimension) == ("mixed", mixed.fingerprint, 6 + 384)
    assert np.array_equal(found.encode_passages(PASSAGES), mixed.encode_passages(PASSAGES))
    assert np.array_equal(found.weighed(SHARE).encode_queries(QUERIES), mixed.encode_queries(QUERIES))


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", None])
def test_damaged_means_are_told(mixed: MixedEncoder, tmp_path: Path, damage: bytes | None) -> None:
    mixed.save(tmp_path)
    if damage is None:
        np.save(tmp_path / "centres.npy", np.zeros((2, 5), np.float32))
    else:
        (tmp_path / "centres.npy").write_bytes(damage)
    with pytest.raises(EncoderError, match=r"centres\.npy"):
        load(tmp_path)


def test_the_share_changes_no_passage_and_the_means_do(mixed: MixedEncoder) -> None:
    assert mixed.weighed(0.1).fingerprint == mixed.fingerprint
    assert MixedEncoder(mixed.quick, mixed.slow).fingerprint != mixed.fingerprint
    assert not np.array_equal(mixed.weighed(0.1).encode_queries(QUERIES), mixed.encode_queries(QUERIES))
