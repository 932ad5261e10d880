import io
import zipfile
from pathlib import Path

import pytest

from domain.chats.importing import sources
from domain.chats.importing.errors import (
    ArchiveEncrypted,
    ArchiveTooLarge,
    ArchiveUnreadable,
    ArchiveWithoutTranscript,
    ExportEncoding,
    ImportLimitExceeded,
)
from domain.chats.importing.reader import ImportOptions, read_export
from support.imported_rows import texts_of

CHAT = "13/07/2017, 09:12 - Ann: hi\n13/07/2017, 09:13 - Bob: x\n"
OTHER = "13/07/2017, 09:12 - Eve: other\n"


def archive_of(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("_chat.txt", None),
        ("WhatsApp Chat with Ann.txt", "Ann"),
        ("WhatsApp Chat - Ann/_chat.txt", "Ann"),
        ("a/b/c/WhatsApp Chat with Ann.txt", "Ann"),
        ("Chat de WhatsApp con Ann.txt", "Ann"),
        ("Conversa do WhatsApp com Ann.txt", "Ann"),
        ("WhatsApp Chat mit Ann.txt", "Ann"),
        ("Discussion WhatsApp avec Ann.txt", "Ann"),
        ("Чат WhatsApp с Ann.txt", "Ann"),
        ("与Ann的 WhatsApp 聊天.txt", "Ann"),
        ("محادثة واتساب مع Ann.txt", "Ann"),
        ("something else.TXT", None),
    ],
)
def test_transcript_is_found_among_other_members(read, name: str, title: str | None):
    transcript = read(
        archive_of(
            {
                "00000002-PHOTO.jpg": b"\xff\xd8\xff",
                "__MACOSX/._chat.txt": b"\x00\x05\x16\x07",
                f"__MACOSX/{name}": OTHER,
                "notes.txt": "shopping: milk, bread\n",
                "latin.txt": "für\n".encode("latin-1"),
                "empty.txt": "",
                "folder/": "",
                name: CHAT,
            }
        )
    )

    assert texts_of(transcript) == ["hi", "x"]
    assert transcript.title == title


def test_name_without_the_flag_for_utf8_is_understood(read):
    content = archive_of({"Чат WhatsApp с Анной.txt": CHAT})
    flagless = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00")
    flagless = flagless.replace(b"PK\x03\x04\x14\x00\x00\x08", b"PK\x03\x04\x14\x00\x00\x00")

    assert flagless != content
    assert read(flagless).title == "Анной"


def test_export_that_is_attached_to_the_chat_is_not_the_chat(read):
    chat = CHAT + "13/07/2017, 09:14 - Ann: WhatsApp Chat with Zoe.txt (file attached)\n"

    transcript = read(
        archive_of({"WhatsApp Chat with Zoe.txt": OTHER * 50, "WhatsApp Chat with Bob.txt": chat, "a.txt": OTHER})
    )

    assert transcript.title == "Bob"
    assert len(transcript) == 3


def test_archive_without_a_chat(read):
    for content in (archive_of({"photo.jpg": b"\xff"}), archive_of({"notes.txt": "milk\n"}), archive_of({})):
        with pytest.raises(ArchiveWithoutTranscript) as error:
            read(content)
        assert error.value.code == "archive_without_transcript"


def test_transcript_in_an_unknown_encoding_is_said_to_be_so(read):
    with pytest.raises(ExportEncoding):
        read(archive_of({"_chat.txt": CHAT.replace("hi", "für").encode("latin-1")}))


@pytest.mark.parametrize("cut", [10, 60, 120])
def test_damaged_archive(read, cut: int):
    with pytest.raises(ArchiveUnreadable) as error:
        read(archive_of({"_chat.txt": CHAT})[:cut])

    assert error.value.code == "archive_unreadable"


def test_member_that_is_damaged(read):
    content = bytearray(archive_of({"_chat.txt": CHAT * 50}))
    content[60:90] = bytes(30)

    with pytest.raises(ArchiveUnreadable):
        read(bytes(content))


def test_archive_with_a_password(read):
    content = bytearray(archive_of({"_chat.txt": CHAT}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1

    with pytest.raises(ArchiveEncrypted) as error:
        read(bytes(content))

    assert error.value.code == "archive_encrypted"


def test_bomb_is_stopped_while_it_inflates(read):
    bomb = archive_of({"_chat.txt": CHAT + "x" * 20_000_000})
    assert len(bomb) < 100_000

    with pytest.raises(ArchiveTooLarge) as error:
        read(bomb, max_inflated_bytes=1_000_000)

    assert error.value.code == "archive_too_large"


def test_size_that_the_directory_promises_is_not_believed(read):
    content = bytearray(archive_of({"_chat.txt": CHAT + "x" * 20_000_000}))
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")

    with pytest.raises((ArchiveTooLarge, ArchiveUnreadable)):
        read(bytes(content), max_inflated_bytes=1_000_000)


def test_limit_counts_all_members_together(read):
    members = {f"{number}.txt": CHAT + "x" * 400_000 for number in range(5)}

    with pytest.raises(ArchiveTooLarge):
        read(archive_of(members), max_inflated_bytes=1_000_000)


def test_huge_directory_is_refused_before_it_is_read(read, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "MAX_DIRECTORY_BYTES", 1000)

    with pytest.raises(ArchiveTooLarge):
        read(archive_of({f"{number}.jpg": b"" for number in range(100)}))


def test_plain_file_beyond_the_limit(read):
    with pytest.raises(ImportLimitExceeded) as error:
        read(CHAT, max_inflated_bytes=10)

    assert error.value.code == "import_limit_exceeded"


def test_content_decides_and_not_the_name(tmp_path: Path):
    path = tmp_path / "photo.json"
    path.write_bytes(archive_of({"_chat.txt": CHAT}))

    assert len(read_export(path, ImportOptions())) == 2


def test_title_of_a_plain_file_is_in_its_name(tmp_path: Path):
    path = tmp_path / "WhatsApp Chat with Ann & Co.txt"
    path.write_text(CHAT, encoding="utf-8")

    assert read_export(path, ImportOptions()).title == "Ann & Co"
