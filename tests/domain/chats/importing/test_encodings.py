import codecs

import pytest

from domain.chats.importing.errors import ExportEmpty, ExportEncoding
from support.imported_rows import texts_of

CHAT = "13/07/2017, 09:12 - Ann: Grüße 👋\n13/07/2017, 09:13 - Bob: x\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHAT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + CHAT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + CHAT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + CHAT.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_encoding_is_known_by_its_mark(read, content: bytes, encoding: str):
    transcript = read(content)

    assert texts_of(transcript) == ["Grüße 👋", "x"]
    assert transcript.report.encoding == encoding


def test_byte_order_marks_inside(read):
    mark = "\ufeff"

    assert texts_of(read(f"{mark}13/07/2017, 09:12 - Ann: a\n{mark}13/07/2017, 09:13 - Bob: b{mark}c\n")) == [
        "a",
        f"b{mark}c",
    ]


@pytest.mark.parametrize(
    "content",
    [
        CHAT.replace("👋", "").encode("latin-1"),
        CHAT.encode("gb18030"),
        CHAT.encode("utf-16-le"),
        CHAT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + CHAT.encode("utf-32-le"),
        codecs.BOM_UTF16_LE + CHAT.encode("utf-16-le") + b"\x00\xd8\x41\x00",
        CHAT.encode() * 20_000 + b"\xff\n",
    ],
)
def test_anything_else_names_the_encoding_and_no_content(read, content: bytes):
    with pytest.raises(ExportEncoding) as error:
        read(content)

    assert error.value.code == "export_encoding"
    assert "UTF" in error.value.message
    assert "Gr" not in error.value.message


@pytest.mark.parametrize("content", [b"", b"\n \r\n\t\n", codecs.BOM_UTF8])
def test_nothing_to_read(read, content: bytes):
    with pytest.raises(ExportEmpty) as error:
        read(content)

    assert error.value.code == "export_empty"
