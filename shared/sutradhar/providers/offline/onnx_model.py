"""Turn an inner tensor of an ONNX model into an output of it, without the onnx package."""


def add_output(model: bytes, tensor: str) -> bytes:
    """Return ``model`` (a serialised ONNX ModelProto) with ``tensor`` as a further output.

    Protocol Buffers merge a message field that occurs twice and join its repeated fields (encoding guide, "Last One
    Wins"), so a second ``graph`` that holds nothing but one more ``output`` can be written after the first.
    Field numbers: ModelProto.graph 7, GraphProto.output 12, ValueInfoProto.name 1 (onnx.proto).

    Raises:
        ValueError: the name of the tensor is too long.
    """
    return model + _encode_field(7, _encode_field(12, _encode_field(1, tensor.encode())))


def _encode_field(number: int, payload: bytes) -> bytes:
    """Return a length-delimited field. Names are short here: one byte of length is enough."""
    if len(payload) > 127:
        raise ValueError("a tensor name of more than 120 bytes")
    return bytes([number << 3 | 2, len(payload)]) + payload
