"""Values between a worker and its child processes: MessagePack, each behind its length in 4 bytes."""

import struct
from typing import BinaryIO

import msgspec

LENGTH = struct.Struct(">I")
_encode = msgspec.msgpack.Encoder().encode


def frame(value: object) -> bytes:
    body = _encode(value)
    return LENGTH.pack(len(body)) + body


def read_frame(source: BinaryIO) -> bytes:
    """The next value, encoded, from a blocking stream.

    Raises:
        EOFError: the stream has ended before it.
    """
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    if len(body) < length:
        raise EOFError
    return body
