"""The trained model as two ONNX graphs that hold all that happens between pixels or tokens and vectors."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.onnx_ml_pb2 import GraphProto, ModelProto, NodeProto
from parts import Starter
from torch import Tensor, nn
from towers import EXAMPLE_IDS, ImageTower, TextTower

OPSET = 17


class PhotoGraph(nn.Module):
    """uint8 squares (n, side, side, 3) to vectors (n, dimensions)."""

    def __init__(self, tower: ImageTower, starter: Starter) -> None:
        super().__init__()
        self.tower, self.starter = tower, starter

    def forward(self, squares: Tensor) -> Tensor:
        return self.starter.photos(*self.tower(squares))


class TextGraph(nn.Module):
    """Token ids and mask, both (n, tokens), to vectors (n, dimensions)."""

    def __init__(self, tower: TextTower, starter: Starter) -> None:
        super().__init__()
        self.tower, self.starter = tower, starter

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.starter.texts(*self.tower(ids, mask))


def photo_graph(tower: ImageTower, starter: Starter, side_px: int) -> ModelProto:
    """Return the graph of photos."""
    example = torch.zeros((2, side_px, side_px, 3), dtype=torch.uint8)
    return _kept_small(_exported(PhotoGraph(tower, starter), (example,), ["squares"], {0: "photos"}), 200_000)


def text_graph(tower: TextTower, starter: Starter) -> ModelProto:
    """Return the graph of texts."""
    ids = EXAMPLE_IDS
    names = ["ids", "mask"]
    return _kept_small(
        _exported(TextGraph(tower, starter), (ids, (ids > 0).long()), names, {0: "texts", 1: "tokens"}), 1_024
    )


def _exported(
    module: nn.Module, examples: tuple[Tensor, ...], inputs: list[str], dynamic: dict[int, str]
) -> ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.onnx"
        axes = dict.fromkeys(inputs, dynamic) | {"vectors": {0: dynamic[0]}}
        torch.onnx.export(
            module.eval(),
            examples,
            str(file),
            input_names=inputs,
            output_names=["vectors"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
        return onnx.load(file)


def _kept_small(model: ModelProto, least_for_int8: int) -> ModelProto:
    """Store the large weights in fewer bytes; ONNX Runtime widens them once, when it loads the graph.

    Matrices of `least_for_int8` numbers and more are kept as int8 with a scale for each output (each row of an
    embedding table, of which only the rows looked up are ever widened), the rest as float16. The arithmetic stays
    float32, so that a photo gets the same vector on every processor and in every batch: activations in int8 would be
    scaled by what else is in the batch.
    """
    graph: GraphProto = model.graph
    output_axes = {node.input[1]: 0 for node in graph.node if node.op_type == "Conv" or _is_transposed(node)}
    look_ups = {node.input[0]: node for node in graph.node if node.op_type == "Gather"}
    nodes = []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 1024:
            continue
        graph.initializer.remove(weight)
        is_small_kernel = values.ndim == 4 and values.shape[1] > 1 and values.shape[2:] == (1, 1)
        if values.size >= least_for_int8 and weight.name in look_ups:
            _look_up_int8(graph, look_ups[weight.name], values)
        elif values.size >= least_for_int8 and (values.ndim == 2 or is_small_kernel):
            nodes += _int8(graph, weight.name, values, output_axes.get(weight.name, values.ndim - 1))
        else:
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), f"{weight.name}_f16"))
            nodes.append(helper.make_node("Cast", [f"{weight.name}_f16"], [weight.name], to=TensorProto.FLOAT))
    kept = list(graph.node)
    for node in kept:
        node.ClearField("name")  # said by nobody, and tens of kilobytes long
    del graph.node[:]
    graph.node.extend([*nodes, *kept])
    onnx.checker.check_model(model)
    return model


def _is_transposed(node: NodeProto) -> bool:
    return node.op_type == "Gemm" and any(each.name == "transB" and each.i for each in node.attribute)


def _look_up_int8(graph: GraphProto, look_up: NodeProto, table: np.ndarray) -> None:
    """Keep an embedding table as int8 times a float32 scale for each row, and widen what is looked up."""
    name, ids, found = look_up.input[0], look_up.input[1], look_up.output[0]
    _store_int8(graph, name, table, 0)
    at = list(graph.node).index(look_up)
    graph.node.remove(look_up)
    nodes = [
        helper.make_node("Gather", [f"{name}_i8", ids], [f"{found}_i8"]),
        helper.make_node("Cast", [f"{found}_i8"], [f"{found}_wide"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{name}_scale", ids], [f"{found}_scale"]),
        helper.make_node("Mul", [f"{found}_wide", f"{found}_scale"], [found]),
    ]
    for node in reversed(nodes):
        graph.node.insert(at, node)


def _int8(graph: GraphProto, name: str, values: np.ndarray, output_axis: int) -> list[NodeProto]:
    """Keep a matrix as int8 times a float32 scale for each of its outputs, and return what widens it."""
    _store_int8(graph, name, values, output_axis)
    return [
        helper.make_node("Cast", [f"{name}_i8"], [f"{name}_wide"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}_wide", f"{name}_scale"], [name]),
    ]


def _store_int8(graph: GraphProto, name: str, values: np.ndarray, output_axis: int) -> None:
    others = tuple(axis for axis in range(values.ndim) if axis != output_axis)
    scale = np.maximum(np.abs(values).max(others, keepdims=True), 1e-12) / 127
    graph.initializer.append(numpy_helper.from_array(np.rint(values / scale).astype(np.int8), f"{name}_i8"))
    graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
