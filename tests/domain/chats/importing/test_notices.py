import pytest

from domain.chats.transcript import SYSTEM_SENDER, Flag
from support.imported_rows import kinds_of, rows_of, senders_of

MARK = "\u200e"
NOTICES = [
    "Messages you send to this group are now secured with end-to-end encryption. Tap for more info.",
    "Messages to this chat and calls are now secured with end-to-end encryption. Tap for more info.",
    "Messages and calls are end-to-end encrypted. No one outside of this chat can read or listen to them.",
    "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.",
    "Ann created group “Trip: 2017”",
    'Ann created group "Trip: 2017"',
    "You created group “Trip”",
    "Ann added Bob",
    "Ann added Bob and +44 7700 900123",
    "You added Dr: Who",
    "Ann left",
    "Ann removed Bob",
    "Bob was removed",
    "Bob joined using this group's invite link",
    "Ann changed the subject from “Trip: 2017” to “New: er”",
    "Ann changed the subject to “New: er”",
    "Ann changed the group name from “Trip: 2017” to “New”",
    "Ann changed this group's icon",
    "Ann deleted this group's icon",
    "Ann changed the group description",
    "+44 7700 900123 changed to +44 7700 900124",
    "Bob changed their phone number to a new number. Tap to message or add the new number.",
    "Your security code with Bob changed. Tap to learn more.",
    "You're now an admin",
    "You're no longer an admin",
    "You’re now an admin",
    "Ann changed this group’s icon",
    "Ann turned on disappearing messages. New messages will disappear from this chat 24 hours after they're sent.",
    "You turned off disappearing messages. Tap to change.",
    "Ann updated the message timer. New messages will disappear from this chat 90 days after they're sent.",
    "You blocked this contact. Tap to unblock.",
    "Ann changed this group's settings to allow only admins to edit this group's info",
    "Los mensajes y las llamadas están cifrados de extremo a extremo. Nadie fuera de este chat puede leerlos.",
    "Ana creó el grupo “Viaje: 2017”",
    "Ana añadió a Luis",
    "Luis salió del grupo",
    "Max hat die Gruppe „Ausflug: 2017“ erstellt",
    "Max hat Eva hinzugefügt",
    "Eva hat die Gruppe verlassen",
    "Max hat den Betreff von „A: b“ zu „C: d“ geändert",
    "Ana criou o grupo “Viagem: 2017”",
    "Ana adicionou Rui",
    "Léa a créé le groupe « Voyage : 2017 »",
    "Anna ha creato il gruppo “Gita: 2017”",
    "Анна создал(-а) группу «Поездка: 2017»",
    "小明创建了群组“旅行: 2017”",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_notice_without_a_sender_on_android(read, notice: str):
    transcript = read(f"20/09/17, 16:54 - {notice}\n20/09/17, 16:59 - Bob: hi\n20/09/17, 16:59 - Ann: hi: there\n")

    assert senders_of(transcript) == [None, "Bob", "Ann"]
    assert kinds_of(transcript) == ["system", "text", "text"]
    assert transcript.texts[0] == notice
    assert transcript.senders[0] == SYSTEM_SENDER
    assert transcript.flags[0] == Flag.PLACEHOLDER
    assert transcript.participants == ["Bob", "Ann"]


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("sender", ["Trip: 2017", "Friends", "Bob", "Ann"])
def test_notice_with_a_sender_and_a_mark_on_ios(read, notice: str, sender: str):
    transcript = read(
        f"[20/09/17, 16:54:00] {sender}: {MARK}{notice}\r\n[20/09/17, 16:59:00] Bob: hi\r\n"
        "[20/09/17, 16:59:01] Ann: Bob left\r\n"
    )

    assert senders_of(transcript) == [None, "Bob", "Ann"]
    assert kinds_of(transcript) == ["system", "text", "text"]
    assert transcript.texts[0] == notice
    assert transcript.participants == ["Bob", "Ann"]


def test_unknown_notice_behind_a_mark_on_ios(read):
    transcript = read(
        f"[20/09/17, 16:54:00] Trip: {MARK}Something entirely new happened\r\n[20/09/17, 16:59:00] Bob: hi\r\n"
    )

    assert kinds_of(transcript) == ["system", "text"]
    assert transcript.participants == ["Bob"]


def test_group_title_as_a_sender_gives_notices_without_marks(read):
    transcript = read(
        "[20/09/17, 16:54:00] Trip: Messages to this group are now secured with end-to-end encryption.\n"
        "[20/09/17, 16:55:00] Trip: Ann created group “Trip”\n"
        "[20/09/17, 16:56:00] Trip: Ann added Bob\n"
        "[20/09/17, 16:57:00] Trip: something that is not known\n"
        "[20/09/17, 16:58:00] Bob: Ann added sugar\n"
    )

    assert kinds_of(transcript) == ["system"] * 4 + ["text"]
    assert transcript.participants == ["Bob"]
    assert transcript.title == "Trip"


def test_encryption_notice_of_the_partner_without_a_mark(read):
    transcript = read(
        "[20/09/17, 16:54:00] Ann: Messages to this chat and calls are now secured with end-to-end encryption.\n"
        "[20/09/17, 16:55:00] Ann: hi\n[20/09/17, 16:56:00] Me: hello\n"
    )

    assert kinds_of(transcript) == ["system", "text", "text"]
    assert transcript.participants == ["Ann", "Me"]


def test_group_title_is_the_last_one(read):
    transcript = read(
        "20/09/17, 16:54 - Ann created group “One”\n20/09/17, 16:55 - Bob: hi\n"
        "20/09/17, 16:56 - Ann changed the subject from “One” to “Two: 2”\n"
    )

    assert transcript.title == "Two: 2"


def test_unknown_notice_with_a_colon_inside_quotation_marks_has_no_sender(read):
    transcript = read("20/09/17, 16:54 - Ann renamed it “Trip: 2017”\n20/09/17, 16:55 - Bob: hi\n")

    assert senders_of(transcript) == [None, "Bob"]


def test_templates_do_not_match_inside_a_message(read):
    texts = ["I left my keys and added sugar", "she said Ann added Bob", "Ann left: really", "You're now an admin: no"]
    transcript = read("".join(f"20/09/17, 16:54 - Bob: {text}\n" for text in texts))

    assert [row["text"] for row in rows_of(transcript)] == texts
    assert kinds_of(transcript) == ["text"] * 4
