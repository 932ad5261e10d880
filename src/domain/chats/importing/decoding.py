"""Bytes to text, a block of whole lines at a time: a large file is never one string."""

import codecs
from collections.abc import Iterator

from domain.chats.importing.errors import ExportEncoding, ExportNotRecognised

BLOCK_BYTES = 1 << 18
_SAMPLE_BYTES = 4096
_UTF16_SHARE = 5
_BINARY_SHARE = 20
"""One byte in so many is what text does not have: zeros at every other place, or control characters."""
_CONTROLS = bytes(range(9)) + bytes(range(14, 32))


def to_utf8(data: bytes) -> tuple[bytes, str]:
    """The same text as UTF-8 without a leading byte order mark, and the name of the encoding it had.

    Raises:
        ExportEncoding: UTF-32, UTF-16 without a byte order mark, or a UTF-16 that is broken.
        ExportNotRecognised: control characters all over, as no text has them.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :], "utf-8-sig"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise ExportEncoding("The file is UTF-32; UTF-8 and UTF-16 with a byte order mark can be read.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _from_utf16(data), "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    sample = data[:_SAMPLE_BYTES]
    even, odd = (sample[place::2].count(0) * _UTF16_SHARE > len(sample) for place in (0, 1))
    if even != odd:
        raise ExportEncoding("The file looks like UTF-16 without a byte order mark.")
    if (len(sample) - len(sample.translate(None, _CONTROLS))) * _BINARY_SHARE > len(sample):
        raise ExportNotRecognised
    return data, "utf-8"


def _from_utf16(data: bytes) -> bytes:
    decoder = codecs.getincrementaldecoder("utf-16")()
    text = bytearray()
    try:
        for start in range(0, len(data), BLOCK_BYTES):
            text += decoder.decode(data[start : start + BLOCK_BYTES]).encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise ExportEncoding("The file begins as UTF-16, and is not UTF-16 throughout.") from error
    return bytes(text)


def slices(data: bytes, newline: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of pieces of about `BLOCK_BYTES` that end before a line end, which belongs to none."""
    start = 0
    while start < len(data):
        end = data.find(newline, start + BLOCK_BYTES)
        if end < 0:
            end = len(data) - len(newline) if data.endswith(newline) else len(data)
        yield start, end
        start = end + len(newline)


def decode(data: bytes, start: int, end: int) -> str:
    """The text of a piece.

    Raises:
        ExportEncoding: bytes that are not UTF-8.
    """
    try:
        return str(memoryview(data)[start:end], "utf-8")
    except UnicodeDecodeError as error:
        raise ExportEncoding(f"The file is not UTF-8: byte {start + error.start} does not belong there.") from error
