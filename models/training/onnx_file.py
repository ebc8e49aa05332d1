"""What is done to every exported network: needless nodes are removed, and weights are kept in half precision."""

import copy
from typing import Any

import numpy as np
import onnx
import onnxslim
from onnx import TensorProto, helper, numpy_helper

_SMALLEST_HALVED = 64


def halved(model: Any) -> Any:
    """Return the model with its weights in half precision, each widened by a node the runtime folds at loading."""
    small = copy.deepcopy(model)
    graph, widened = small.graph, []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _SMALLEST_HALVED:
            continue
        name = tensor.name
        narrow = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{name}_half")
        tensor.CopyFrom(narrow)
        widened.append(helper.make_node("Cast", [narrow.name], [name], to=TensorProto.FLOAT))
    nodes = [*widened, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(small)
    return small


def slimmed(model: Any) -> Any:
    """Return the model without nodes that change nothing."""
    return onnxslim.slim(model)
