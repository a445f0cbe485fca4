"""The vector index against plain numpy over the vectors as the index rounded them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.engine.local.vectors import VectorIndex, VectorIndexError

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def unit_vectors(size: int, dimension: int, seed: int = 0) -> Floats:
    vectors = np.random.default_rng(seed).standard_normal((size, dimension)).astype(np.float32)
    norms: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / norms


def brute_force(vectors: Floats, query: Floats, k: int, allowed: Mask | None) -> tuple[list[int], Floats]:
    """The oracle: every inner product in double precision, by descending score, equal ones by row."""
    scores = vectors.astype(np.float64) @ query.astype(np.float64)
    rows = [row for row in range(len(vectors)) if allowed is None or allowed[row]]
    rows.sort(key=lambda row: (-scores[row], row))
    return rows[:k], scores[rows[:k]].astype(np.float32)


# Small whole numbers have exact products in every precision, so equal scores are equal and ties are frequent.
WHOLE = st.integers(-3, 3)


@settings(deadline=None)  # the processors are shared
@given(st.data(), st.integers(0, 40), st.integers(1, 9), st.integers(0, 45))
def test_search_is_brute_force(data: st.DataObject, size: int, dimension: int, k: int) -> None:
    values = data.draw(st.lists(WHOLE, min_size=size * dimension, max_size=size * dimension))
    query = np.array(data.draw(st.lists(WHOLE, min_size=dimension, max_size=dimension)), np.float32)
    mask = data.draw(st.none() | st.lists(st.booleans(), min_size=size, max_size=size))
    vectors = np.array(values, np.float32).reshape(size, dimension)
    allowed = None if mask is None else np.array(mask, np.bool_)
    rows, scores = VectorIndex.build(vectors).search(query, k, allowed)
    expected_rows, expected_scores = brute_force(vectors, query, k, allowed)
    assert rows.tolist() == expected_rows
    np.testing.assert_array_equal(scores, expected_scores)
    assert rows.dtype == np.int64
    assert scores.dtype == np.float32


@pytest.mark.parametrize("share", [None, 0.002, 0.01, 0.1, 0.5, 1.0])
def test_search_under_filters_of_every_width(share: float | None) -> None:
    vectors = unit_vectors(5_000, 64)
    allowed = None if share is None else np.random.default_rng(1).random(5_000) < share
    query = unit_vectors(1, 64, seed=2)[0]
    index = VectorIndex.build(vectors)
    rows, scores = index.search(query, 20, allowed)
    expected_rows, expected_scores = brute_force(index.reconstruct(np.arange(5_000)), query, 20, allowed)
    assert rows.tolist() == expected_rows
    np.testing.assert_allclose(scores, expected_scores, atol=1e-6)


def test_a_filter_does_not_change_a_score() -> None:
    vectors = unit_vectors(1_000, 256)
    index = VectorIndex.build(vectors)
    rows, scores = index.search(vectors[7], 1_000)
    for share in (0.01, 0.3):
        allowed = np.random.default_rng(3).random(1_000) < share
        found, filtered = index.search(vectors[7], 1_000, allowed)
        np.testing.assert_array_equal(found, rows[allowed[rows]])
        np.testing.assert_array_equal(filtered, scores[allowed[rows]])


def test_template_replies_with_equal_vectors_come_in_the_order_of_their_rows() -> None:
    vectors = np.concatenate([unit_vectors(10, 256), np.repeat(unit_vectors(1, 256, seed=5), 500, axis=0)])
    rows, scores = VectorIndex.build(vectors).search(vectors[-1], 7)
    assert rows.tolist() == list(range(10, 17))
    assert len(set(scores.tolist())) == 1


def test_a_zero_query_scores_nothing_with_everything() -> None:
    index = VectorIndex.build(unit_vectors(10, 4))
    zero = np.zeros(4, np.float32)
    rows, scores = index.search(zero, 3)
    assert (rows.tolist(), scores.tolist()) == ([0, 1, 2], [0, 0, 0])
    rows, _ = index.search(zero, 3, np.arange(10) > 7)
    assert rows.tolist() == [8, 9]


def test_nothing_is_found_where_nothing_is_or_may_be() -> None:
    query = unit_vectors(1, 4)[0]
    empty = VectorIndex.build(np.empty((0, 4), np.float32))
    index = VectorIndex.build(unit_vectors(3, 4))
    for rows, scores in (
        empty.search(query, 5),
        empty.search(query, 5, np.empty(0, np.bool_)),
        index.search(query, 5, np.zeros(3, np.bool_)),
        index.search(query, 0),
    ):
        assert (rows.shape, scores.shape) == ((0,), (0,))
    assert len(index.search(query, 99)[0]) == 3


def test_reconstructed_rows_are_the_rounded_vectors() -> None:
    vectors = unit_vectors(20, 8)
    index = VectorIndex.build(vectors)
    rows = np.array([3, 3, 19, 0])
    # Half precision has 11 bits. Not numpy's float16 to the bit: FAISS rounds a half upwards, numpy to the even side.
    np.testing.assert_allclose(index.reconstruct(rows), vectors[rows], rtol=2**-11)
    assert index.reconstruct(np.empty(0, np.int64)).shape == (0, 8)
    for row in (-1, 20):
        with pytest.raises(IndexError, match="of an index of 20"):
            index.reconstruct(np.array([row]))


@pytest.mark.parametrize("size", [0, 1, 300])
def test_a_saved_index_answers_as_before(tmp_path: Path, size: int) -> None:
    path = tmp_path / "向量.faiss"
    index = VectorIndex.build(unit_vectors(size, 16))
    index.save(path)
    loaded = VectorIndex.load(path)
    assert (loaded.size, loaded.dimension) == (size, 16)
    query = unit_vectors(1, 16, seed=9)[0]
    for before, after in zip(index.search(query, 5), loaded.search(query, 5), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(loaded.reconstruct(np.arange(size)), index.reconstruct(np.arange(size)))
    assert [file.name for file in tmp_path.iterdir()] == ["向量.faiss"]


def test_a_loaded_index_is_mapped_and_can_be_saved_again(tmp_path: Path) -> None:
    VectorIndex.build(unit_vectors(300, 16)).save(tmp_path / "first")
    loaded = VectorIndex.load(tmp_path / "first")
    assert str(tmp_path / "first") in Path("/proc/self/maps").read_text()
    loaded.save(tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == (tmp_path / "first").read_bytes()


def saved(path: Path) -> bytes:
    VectorIndex.build(unit_vectors(5, 4)).save(path)
    return path.read_bytes()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VectorIndexError, match=r"不存在：.*/none\.faiss。请重新建立索引"):
        VectorIndex.load(tmp_path / "none.faiss")


@pytest.mark.parametrize("length", [0, 3, 80, 81, 100, 120])
def test_a_file_cut_short_is_refused(tmp_path: Path, length: int) -> None:
    """FAISS itself dies of a segmentation fault when it maps such a file."""
    path = tmp_path / "vectors.faiss"
    path.write_bytes(saved(path)[:length])
    with pytest.raises(VectorIndexError, match=r"已损坏：.*vectors\.faiss（.+）。请重新建立索引"):
        VectorIndex.load(path)


def test_any_changed_byte_of_the_header_is_refused(tmp_path: Path) -> None:
    """81 bytes of header: were FAISS to write another number of them, this and the next test fail."""
    path = tmp_path / "vectors.faiss"
    whole = saved(path)
    for at in range(81):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        with pytest.raises(VectorIndexError, match="已损坏"):
            VectorIndex.load(path)


def test_the_sizes_a_file_should_have_are_named(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    path.write_bytes(saved(path) + b"more")
    with pytest.raises(VectorIndexError, match="5 个 4 维向量应有 121 字节，实有 125 字节"):
        VectorIndex.load(path)


def test_a_query_of_another_dimension_is_refused_with_both_dimensions() -> None:
    index = VectorIndex.build(unit_vectors(3, 4))
    with pytest.raises(VectorIndexError, match=r"索引为 4 维，查询向量的形状为 \(5,\)"):
        index.search(np.ones(5, np.float32), 1)


def test_wrong_arrays_are_refused() -> None:
    index = VectorIndex.build(unit_vectors(3, 4))
    query = np.ones(4, np.float32)
    with pytest.raises(ValueError, match=r"mask of shape \(3,\), got \(4,\)"):
        index.search(query, 1, np.ones(4, np.bool_))
    with pytest.raises(ValueError, match="not finite"):
        index.search(query * np.float32(np.nan), 1)
    with pytest.raises(ValueError, match="not finite"):
        VectorIndex.build(np.full((2, 2), np.inf, np.float32))
    for shape in ((4,), (2, 0), (1, 2, 3)):
        with pytest.raises(ValueError, match="expected vectors of shape"):
            VectorIndex.build(np.zeros(shape, np.float32))


def test_many_threads_search_one_index() -> None:
    vectors = unit_vectors(2_000, 32)
    index = VectorIndex.build(vectors)

    def search(row: int) -> list[int]:
        rows, _ = index.search(vectors[row], 5, np.arange(2_000) % 7 == row % 7)
        return [int(found) for found in rows]

    expected = [search(row) for row in range(200)]
    assert [rows[0] for rows in expected] == list(range(200))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(search, range(200))) == expected
