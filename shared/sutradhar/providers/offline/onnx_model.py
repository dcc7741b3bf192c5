"""A tensor inside an ONNX model made an output of it, without the onnx package."""


def add_output(model: bytes, tensor: str) -> bytes:
    """``model`` (a serialised ONNX ModelProto) that also returns ``tensor``.

    Protocol Buffers merge a message field that occurs twice and join its repeated fields (encoding guide, "Last One
    Wins"), so a second ``graph`` that holds nothing but one more ``output`` can be written after the first.
    Field numbers: ModelProto.graph 7, GraphProto.output 12, ValueInfoProto.name 1 (onnx.proto).
    """
    return model + _field(7, _field(12, _field(1, tensor.encode())))


def _field(number: int, payload: bytes) -> bytes:
    """A length-delimited field. Names here are short: one byte of length is enough."""
    if len(payload) > 127:
        raise ValueError("a tensor name of more than 120 bytes")
    return bytes([number << 3 | 2, len(payload)]) + payload
