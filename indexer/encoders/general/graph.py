"""The encoder as one ONNX file, in integers where that costs nothing.

One text at a time: token numbers in, the mean of the last layer's states out. Without other texts beside it a text
needs no padding and no mask, and how its states are rounded cannot depend on them: the same text has the same vector.

Products are of 8-bit states and 7-bit weights, which no processor's kernel lets overflow. Into the feed-forward part a
few tokens go with states 20 times those of the others, so there each token is divided by its largest state first.
What that costs and gives: docs/decisions/0009-general-encoder.md.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from indexer.encoders.general.weights import BLOCK, Matrix, Weights

INPUT = "tokens"
OUTPUT = "mean"
_RUNTIME = "com.microsoft"
_MAX_WEIGHT = 64
"""Weights are rounded to -64 .. 64: the sum of two products with 255 must stay below 2 ** 15."""

_PEAKED = ("fi", "fo")
"""The products before which a token is divided by its largest state."""


def onnx_model(weights: Weights, numbers: Sequence[int]) -> bytes:
    """The encoder over these pieces of the vocabulary."""
    graph = _Graph(weights)
    state = graph.embedded(numbers)
    for layer in range(weights.shape.layers):
        state = graph.layer(f"l{layer}", state)
    graph.add("ReduceMean", [state, graph.constant("tokens_axis", [1])], OUTPUT, keepdims=0)
    return graph.serialised()


class _Graph:
    """Nodes and constants as they are added; an output bears the name of its node."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def add(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401
        self._nodes.append(helper.make_node(kind, inputs, [name], name, domain=domain, **attributes))
        return name

    def constant(self, name: str, value: NDArray[np.generic] | list[int]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def embedded(self, numbers: Sequence[int]) -> str:
        """Word, position and type, normalised; shape (1, tokens, hidden). Words stay in 4 bits."""
        words = self._weights.matrix("emb.word", self._weights.shape.hidden).take(numbers)
        self.add("Unsqueeze", [INPUT, self.constant("texts_axis", [0])], "rows")
        tables = [self.constant("words", _packed(words)), "rows", self.constant("word_scales", words.scales)]
        attributes = {"bits": 4, "block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        word = self.add("GatherBlockQuantized", tables, "word", _RUNTIME, **attributes)
        return self._normalised(word, self._positions(), "emb.ln")

    def layer(self, name: str, state: str) -> str:
        """Attention and feed-forward, each added to what came in and normalised."""
        shape = self._weights.shape
        joint = self._times(state, f"{name}.q", f"{name}.k", f"{name}.v", columns=shape.hidden)
        parts = [f"{name}.{part}" for part in ("query", "key", "value")]
        self._nodes.append(helper.make_node("Split", [joint], parts, axis=-1, num_outputs=3))
        attention = self.add("MultiHeadAttention", parts, f"{name}.attention", _RUNTIME, num_heads=shape.heads)
        state = self._normalised(self._times(attention, f"{name}.ao", columns=shape.hidden), state, f"{name}.aln")
        inner = self.add("Gelu", [self._times(state, f"{name}.fi", columns=shape.hidden)], f"{name}.gelu", _RUNTIME)
        return self._normalised(self._times(inner, f"{name}.fo", columns=shape.intermediate), state, f"{name}.oln")

    def serialised(self) -> bytes:
        taken = helper.make_tensor_value_info(INPUT, TensorProto.INT64, ["count"])
        given = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, self._weights.shape.hidden])
        graph = helper.make_graph(self._nodes, "multilingual-e5-small", [taken], [given], self._constants)
        versions = [helper.make_opsetid("", 21), helper.make_opsetid(_RUNTIME, 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=10, producer_name="dafu")
        return bytes(model.SerializeToString(deterministic=True))

    def _positions(self) -> str:
        """The vectors of as many positions as there are tokens, each with that of type 0; shape (1, tokens, hidden)."""
        hidden = self._weights.shape.hidden
        table = self._weights.vector("emb.pos").reshape(1, -1, hidden) + self._weights.vector("emb.type")[:hidden]
        count = self.add("Shape", [INPUT], "count")
        bounds = [self.constant("from", [0]), count, self.constant("positions_axis", [1])]
        return self.add("Slice", [self.constant("positions", table), *bounds], "position")

    def _normalised(self, state: str, other: str, name: str) -> str:
        """The layer normalisation of a sum, step by step: the runtime's own takes three times as long.

        Its epsilon, 1e-12, is left out: it is below what float32 can add to a variance of these states.
        """
        width = self._weights.shape.hidden
        axis = self.constant(f"{name}.axis", [-1])
        total = self.add("Add", [state, other], f"{name}.sum")
        mean = self.add("ReduceMean", [total, axis], f"{name}.mean")
        centred = self.add("Sub", [total, mean], f"{name}.centred")
        squares = self.add("ReduceSumSquare", [centred, axis], f"{name}.squares")
        units = self.add("Div", [centred, self.add("Sqrt", [squares], f"{name}.length")], f"{name}.units")
        gain = self.constant(f"{name}.w", self._weights.vector(f"{name}.w") * np.float32(np.sqrt(width)))
        return self.add("Add", [self.add("Mul", [units, gain], f"{name}.scaled"), self._bias(name)], name)

    def _times(self, state: str, *names: str, columns: int) -> str:
        """The state times the matrices of these names beside each other, with their biases."""
        name = names[0]
        rows = np.concatenate([self._weights.matrix(f"{each}.w", columns).floats for each in names])
        scales = np.abs(rows).max(axis=1) / _MAX_WEIGHT
        rounded = np.round(rows / scales[:, None]).astype(np.int8).T
        inputs = [self.constant(f"{name}.w", rounded), self.constant(f"{name}.s", scales)]
        if name.split(".")[-1] not in _PEAKED:
            return self.add("DynamicQuantizeMatMul", [state, *inputs, "", self._bias(*names)], name, _RUNTIME)
        sizes = self.add("Abs", [state], f"{name}.sizes")
        peak = self.add("ReduceMax", [sizes, self.constant(f"{name}.axis", [-1])], f"{name}.peak")
        level = self.add("Div", [state, peak], f"{name}.level")
        product = self.add("DynamicQuantizeMatMul", [level, *inputs], f"{name}.product", _RUNTIME)
        return self.add("Add", [self.add("Mul", [product, peak], f"{name}.unbiased"), self._bias(*names)], name)

    def _bias(self, *names: str) -> str:
        values = [self._weights.vector(f"{name}.b") for name in names]
        return self.constant(f"{names[0]}.b", np.concatenate(values))


def _packed(matrix: Matrix) -> NDArray[np.uint8]:
    """Two weights a byte, the first one low: shape (rows, columns / 2)."""
    low, high = matrix.nibbles[..., ::2], matrix.nibbles[..., 1::2]
    return (low | (high << 4).astype(np.uint8)).reshape(len(low), -1)
