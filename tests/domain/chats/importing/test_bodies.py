import pytest

from domain.chats.transcript import Flag
from support.imported_rows import kinds_of, rows_of, texts_of

MARK = "\u200e"
ANDROID = "25/12/2023, 10:00 - Ann: hi\n25/12/2023, 10:01 - Bob: {}\n25/12/2023, 10:02 - Ann: bye\n"
IOS = "[25/12/2023, 10:00:00] Ann: hi\r\n{}[25/12/2023, 10:00:01] Bob: {}\r\n[25/12/2023, 10:00:02] Ann: bye\r\n"


def android(read, body: str):
    transcript = read(ANDROID.format(body))
    assert len(transcript) == 3
    return rows_of(transcript)[1], transcript.flags[1]


def ios(read, body: str, before: str = MARK):
    transcript = read(IOS.format(before, body))
    assert len(transcript) == 3
    return rows_of(transcript)[1], transcript.flags[1]


@pytest.mark.parametrize(
    "body",
    [
        *("<Media omitted>", "<Multimedia omitido>", "<Mídia oculta>", "<Ficheiro não revelado>"),
        *("<Medien ausgeschlossen>", "<Médias omis>", "<Media omessi>", "<Media weggelaten>"),
        *("<Medya dahil edilmedi>", "<Media tidak disertakan>", "<मीडिया के बिना>", "<تم استبعاد الوسائط>"),
        *("<המדיה לא נכללה>", "<رسانه حذف شد>", "<Без медиафайлов>", "<pliki pominięto>"),
        *("<省略多媒体文件>", "<省略多媒體檔案>", "<メディアは含まれていません>", "<미디어 파일을 생략한 대화내용>"),
        *("<Média vynechány>", "<Media har utelämnats>", "<Media jätetty pois>", "<Медіа пропущено>"),
    ],
)
def test_media_left_out_on_android(read, body: str):
    row, flags = android(read, body)

    assert (row["kind"], row["text"], row["sender"], flags) == ("media", body, "Bob", Flag.PLACEHOLDER)


@pytest.mark.parametrize(
    "body",
    [
        *("image omitted", "video omitted", "audio omitted", "sticker omitted", "GIF omitted", "document omitted"),
        *("video message omitted", "imagen omitida", "Video omitido", "imagem ocultada", "Bild weggelassen"),
        *("image absente", "immagine omessa", "afbeelding weggelaten", "görüntü dahil edilmedi"),
        *("gambar tidak disertakan", "फ़ोटो हटाई गई", "لم يتم إدراج الصورة", "התמונה הושמטה", "تصویر حذف شد"),
        *(
            "изображение отсутствует",
            "obraz pominięty",
            "图片已忽略",
            "圖片已略去",
            "画像は含まれていません",
            "이미지 생략됨",
        ),
    ],
)
@pytest.mark.parametrize("mark", [MARK, ""])
def test_media_left_out_on_ios(read, body: str, mark: str):
    row, flags = ios(read, mark + body, mark)

    assert (row["kind"], row["text"], row["sender"], flags) == ("media", body, "Bob", Flag.PLACEHOLDER)


@pytest.mark.parametrize(
    "body",
    [
        *("This message was deleted", "This message was deleted.", "You deleted this message"),
        *("Se eliminó este mensaje.", "Eliminaste este mensaje", "Esta mensagem foi apagada", "Mensagem apagada"),
        *("Diese Nachricht wurde gelöscht.", "Du hast diese Nachricht gelöscht.", "Ce message a été supprimé"),
        *("Questo messaggio è stato eliminato", "Dit bericht is verwijderd", "Bu mesaj silindi", "Pesan ini dihapus"),
        *("यह मैसेज डिलीट कर दिया गया है", "تم حذف هذه الرسالة", "הודעה זו נמחקה", "این پیام حذف شد"),
        *("Данное сообщение удалено", "Вы удалили данное сообщение", "Ta wiadomość została usunięta"),
        *("此消息已删除", "此訊息已刪除", "このメッセージは削除されました", "이 메시지는 삭제되었습니다"),
        *("This message was deleted by admin Ann", "You deleted this message as admin"),
    ],
)
def test_deleted_messages(read, body: str):
    row, flags = android(read, body)
    marked, _ = ios(read, MARK + body)

    assert (row["kind"], row["text"], flags) == ("deleted", body, Flag.PLACEHOLDER)
    assert (marked["kind"], marked["text"], marked["sender"]) == ("deleted", body, "Bob")


@pytest.mark.parametrize(
    "suffix",
    [
        *("<This message was edited>", "<Se editó este mensaje.>", "<Mensagem editada>"),
        *("<Diese Nachricht wurde bearbeitet.>", "<Ce message a été modifié>", "<Questo messaggio è stato modificato>"),
        *("<Dit bericht is bewerkt>", "<Bu mesaj düzenlendi>", "<Pesan ini diedit>", "<ההודעה נערכה>"),
        *("<تم تعديل هذه الرسالة>", "<Сообщение изменено>", "<此消息已编辑>", "<このメッセージは編集されました>"),
    ],
)
def test_edited_messages_lose_their_suffix(read, suffix: str):
    row, flags = android(read, f"two\nlines {suffix}")
    marked, _ = ios(read, f"two\nlines {MARK}{suffix}", "")

    assert (row["kind"], row["text"], flags) == ("edited", "two\nlines", Flag.EDITED)
    assert (marked["kind"], marked["text"]) == ("edited", "two\nlines")


def test_edited_suffix_in_an_unknown_language_is_known_by_its_mark(read):
    row, _ = ios(read, f"words {MARK}<Ta sporočilo je bilo urejeno>", "")

    assert (row["kind"], row["text"]) == ("edited", "words")


def test_messages_to_be_seen_once(read):
    transcript = read(
        "25/12/2023, 10:00 - Ann: hi\n25/12/2023, 10:01 - Carol:\n25/12/2023, 10:02 - Carol: \n"
        "25/12/2023, 10:03 - Carol: null\n25/12/2023, 10:04 - Carol: null and void\n25/12/2023, 10:05 - Carol:"
    )

    assert kinds_of(transcript) == ["text", "view_once", "view_once", "view_once", "text", "view_once"]
    assert texts_of(transcript) == ["hi", "", "", "null", "null and void", ""]
    assert {row["sender"] for row in rows_of(transcript)} == {"Ann", "Carol"}


def test_file_attached_on_android_with_a_caption_on_the_next_lines(read):
    row, flags = android(read, f"{MARK}IMG-20210728-WA0004.jpg (file attached)\nHappy Birthday!\nTo you")

    assert row["kind"] == "media"
    assert row["attachment"] == "IMG-20210728-WA0004.jpg"
    assert row["text"] == "Happy Birthday!\nTo you"
    assert flags == 0


@pytest.mark.parametrize(
    "phrase",
    [
        *("file attached", "archivo adjunto", "arquivo anexado", "Datei angehängt", "fichier joint", "file allegato"),
        *("bestand bijgevoegd", "dosya ekli", "file terlampir", "الملف مرفق", "קובץ מצורף", "файл добавлен"),
        *("附件檔案", "文件附件", "添付ファイル", "파일 첨부됨"),
    ],
)
def test_file_attached_without_a_caption(read, phrase: str):
    row, flags = android(read, f"My report (final).pdf ({phrase})")

    assert (row["kind"], row["attachment"], flags) == ("media", "My report (final).pdf", Flag.PLACEHOLDER)
    assert row["text"] == f"My report (final).pdf ({phrase})"


def test_exported_file_name_is_enough_in_an_unknown_language(read):
    row, _ = android(read, "IMG-20210728-WA0004.jpg (ekteling bijgewerkt)")

    assert (row["kind"], row["attachment"]) == ("media", "IMG-20210728-WA0004.jpg")


def test_contact_cards(read):
    attached, _ = android(read, "Bob Builder.vcf (file attached)")
    named, _ = ios(read, f"{MARK}<attached: 00000003-Bob Builder.vcf>")
    left_out, _ = ios(read, f"{MARK}Contact card omitted")

    assert (attached["kind"], attached["attachment"]) == ("contact", "Bob Builder.vcf")
    assert (named["kind"], named["attachment"]) == ("contact", "00000003-Bob Builder.vcf")
    assert left_out["kind"] == "contact"


def test_caption_before_an_attachment_on_ios(read):
    row, flags = ios(read, f"Happy\nBirthday! {MARK}<attached: 00000002-PHOTO-2023-12-25-10-00-01.jpg>", "")

    assert (row["kind"], row["text"], flags) == ("media", "Happy\nBirthday!", 0)
    assert row["attachment"] == "00000002-PHOTO-2023-12-25-10-00-01.jpg"


@pytest.mark.parametrize(
    "word", ["attached", "adjunto", "anexado", "Anhang", "pièce jointe", "pièce jointe\u00a0", "附件"]
)
def test_attachments_on_ios(read, word: str):
    row, flags = ios(read, f"{MARK}<{word}: 00000002-AUDIO-2023-12-25-10-00-01.opus>")

    assert (row["kind"], row["attachment"]) == ("media", "00000002-AUDIO-2023-12-25-10-00-01.opus")
    assert flags == Flag.PLACEHOLDER


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (f"report.pdf • 3 pages {MARK}document omitted", "report.pdf"),
        (f"report.pdf • {MARK}1 page {MARK}document omitted", "report.pdf"),
        ("report.pdf • 3 pages document omitted", "report.pdf"),
        (f"Informe anual.pdf • 12 páginas {MARK}documento omitido", "Informe anual.pdf"),
        (f"notes.docx {MARK}document omitted", "notes.docx"),
        (f"report.pdf • 3 pages {MARK}<attached: 00000007-report.pdf>", "00000007-report.pdf"),
    ],
)
def test_documents_on_ios(read, body: str, name: str):
    row, flags = ios(read, body)

    assert (row["kind"], row["attachment"], flags) == ("media", name, Flag.PLACEHOLDER)
    assert row["text"] == body.replace(MARK, "")


def test_caption_of_media_left_out(read):
    on_android, flags = android(read, "<Media omitted>\nlook at this")
    on_ios, _ = ios(read, f"look at this {MARK}image omitted", "")

    assert (on_android["kind"], on_android["text"], flags) == ("media", "look at this", 0)
    assert (on_ios["kind"], on_ios["text"]) == ("media", "look at this")


@pytest.mark.parametrize(
    "body",
    [
        *("Missed voice call", "Missed video call", "Missed voice call. Tap to call back", "Video call. 12 min"),
        *("Voice call. No answer", "Voice call, 12 min", "Video call. 1 hr 2 min", "Missed group video call"),
        *(f"Missed voice call. {MARK}Tap to call back", f"Voice call. {MARK}34 sec"),
        *("Llamada perdida", "Chamada de voz perdida", "Verpasster Sprachanruf", "Appel vidéo manqué"),
        *("Cevapsız sesli arama", "Пропущенный аудиозвонок", "未接语音通话", "부재중 전화"),
    ],
)
def test_calls(read, body: str):
    row, flags = android(read, body)
    marked, _ = ios(read, MARK + body)

    assert (row["kind"], flags, row["text"]) == ("call", Flag.PLACEHOLDER, body.replace(MARK, ""))
    assert (marked["kind"], marked["sender"]) == ("call", "Bob")


def test_polls(read):
    body = "POLL:\nWhere to?\nOPTION: The sea (2 votes)\nOPTION: The hills (0 votes)"
    row, flags = android(read, body)
    marked, _ = ios(
        read, f"{MARK}POLL:\nWhere to?\n{MARK}OPTION: The sea ({MARK}2 votes)\n{MARK}OPTION: Hills ({MARK}1 vote)"
    )
    spanish, _ = android(read, "ENCUESTA:\n¿Adónde?\nOPCIÓN: El mar (2 votos)")

    assert (row["kind"], row["text"], flags) == ("poll", body, Flag.PLACEHOLDER)
    assert marked["kind"] == spanish["kind"] == "poll"
    assert marked["text"] == "POLL:\nWhere to?\nOPTION: The sea (2 votes)\nOPTION: Hills (1 vote)"


@pytest.mark.parametrize(
    "body",
    [
        *("Location: https://maps.google.com/?q=52.5,-13.4", "location: https://maps.google.com/?q=-52.512345,13.4"),
        *("ubicación: https://maps.google.com/?q=52.5,13.4", "Standort: https://maps.google.com/?q=52.5,13.4"),
        *("Location: Café Kranzler (Berlin): https://foursquare.com/v/4b058", "live location shared"),
        "ubicación en tiempo real compartida",
    ],
)
def test_locations(read, body: str):
    row, flags = android(read, body)

    assert (row["kind"], row["text"], flags) == ("location", body, Flag.PLACEHOLDER)


@pytest.mark.parametrize(
    "body",
    [
        *("I wrote <Media omitted> by hand", "what does This message was deleted mean", "image omitted, sorry"),
        *(
            "<Media omitted> by hand",
            "my <attached: heart> to you",
            "is it (file attached)",
            "a report (file attached) here",
        ),
        *("Missed voice call from you, why", "Voice call, 2pm", "Video call, I am busy", "Voice call at 5?"),
        *("POLL:\nwhat do you think", "null?", "meet here: https://maps.google.com/?q=52.5,13.4", "<3"),
        *("I left my keys and added sugar", "Carol left", "see <This message was edited> there", "Location: unknown"),
        *("the document omitted two pages", "I deleted this message", "<This message was edited>"),
        *("x² → ﬁ … e\u0301 ü 👩‍👩‍👧", "  two spaces before and after  ", "a\u200fb\u202ac"),
    ],
)
def test_markers_inside_other_words_are_text(read, body: str):
    row, flags = android(read, body)
    also, _ = ios(read, body, "")

    assert (row["kind"], row["text"], flags, row["attachment"]) == ("text", body, 0, None)
    assert (also["kind"], also["text"]) == ("text", body)


def test_marker_in_an_unknown_language_is_known_by_its_mark_and_its_repetition(read):
    lines = [f"[25/12/2023, 10:00:0{second}] {'Ann' if second % 2 else 'Bob'}: hi" for second in range(3)]
    lines += [f"{MARK}[25/12/2023, 10:00:0{second}] Ann: {MARK}mchoro umeondolewa" for second in range(3, 6)]

    assert kinds_of(read("\r\n".join(lines))) == ["text"] * 3 + ["media"] * 3


def test_marker_in_angle_brackets_in_an_unknown_language_is_known_by_its_repetition(read):
    lines = [
        f"25/12/2023, 10:0{minute} - {'Ann' if minute % 2 else 'Bob'}: <მედია გამოტოვებულია>" for minute in range(3)
    ]
    lines += ["25/12/2023, 10:05 - Ann: <just once>", "25/12/2023, 10:06 - Ann: <b>bold</b>"]

    assert kinds_of(read("\n".join(lines))) == ["media"] * 3 + ["text"] * 2


@pytest.mark.parametrize("body", [".", "...", "null...", "\u200e...", "。"])
def test_full_stops_are_words(read, body: str):
    row, _ = android(read, f"{body}\n")

    assert (row["kind"], row["text"]) == ("text", body)


def test_languages_are_reported(read):
    transcript = read(
        "25/12/2023, 10:00 - Ann: <Multimedia omitido>\n25/12/2023, 10:01 - Bob: Se eliminó este mensaje\n"
        "25/12/2023, 10:02 - Ann: hola\n"
    )

    assert transcript.report.languages == ["es"]


def test_report_counts_every_row_once(read):
    transcript = read(
        "25/12/2023, 10:00 - Ann created group “Trip”\n25/12/2023, 10:00 - Ann: a\n25/12/2023, 10:00 - Ann: null\n"
        "25/12/2023, 10:00 - Ann: b <This message was edited>\n25/12/2023, 10:00 - Ann: <Media omitted>\n"
    )

    counts = transcript.report.counts
    assert sum(count for kind, count in counts.items() if kind not in {"edited", "view_once"}) == len(transcript)
    assert {kind: count for kind, count in counts.items() if count} == {
        "text": 2,
        "media": 2,
        "system": 1,
        "edited": 1,
        "view_once": 1,
    }
