from support.imported_rows import kinds_of, senders_of, texts_of

MARK = "\u200e"


def android(*bodies: str) -> str:
    return "".join(f"25/12/2023, 10:{minute:02d} - {body}\n" for minute, body in enumerate(bodies))


def ios(*bodies: str) -> str:
    return "".join(f"[25/12/2023, 10:00:{second:02d}] {body}\r\n" for second, body in enumerate(bodies))


def test_name_with_a_colon_is_settled_by_all_of_its_rows(read):
    bodies = ("Dr. Strange: MD: one", "Bob: two: three", "Dr. Strange: MD: four: five", "Bob: six")
    for content in (android(*bodies), ios(*bodies)):
        transcript = read(content)

        assert senders_of(transcript) == ["Dr. Strange: MD", "Bob", "Dr. Strange: MD", "Bob"]
        assert texts_of(transcript) == ["one", "two: three", "four: five", "six"]


def test_one_message_alone_is_cut_at_the_first_colon(read):
    assert senders_of(read(android("Ann: note: buy milk", "Bob: ok"))) == ["Ann", "Bob"]


def test_words_before_a_colon_do_not_join_a_name_that_also_writes_without_them(read):
    transcript = read(android("Ann: note: buy milk", "Ann: note: buy bread", "Ann: done", "Bob: ok"))

    assert senders_of(transcript) == ["Ann", "Ann", "Ann", "Bob"]


def test_name_with_a_colon_in_notices_about_it(read):
    transcript = read(
        android(
            "Ann added Dr: Who",
            "Dr: Who: hello",
            "Dr: Who changed this group's icon",
            "Dr: Who: again",
            "Dr: Who left",
            "Ann: bye",
        )
    )

    assert senders_of(transcript) == [None, "Dr: Who", None, "Dr: Who", None, "Ann"]
    assert texts_of(transcript)[2] == "Dr: Who changed this group's icon"
    assert kinds_of(transcript)[2] == kinds_of(transcript)[4] == "system"


def test_name_with_a_colon_is_known_by_the_mark_after_it(read):
    transcript = read(ios(f"Dr: Who: {MARK}image omitted", "Dr: not a name", "Dr: Who: hi", "Bob: x"))

    assert senders_of(transcript) == ["Dr: Who", "Dr", "Dr: Who", "Bob"]
    assert kinds_of(transcript)[0] == "media"


def test_name_with_two_colons(read):
    transcript = read(android("A: B: C: one", "A: B: C: two", "Bob: x"))

    assert senders_of(transcript) == ["A: B: C", "A: B: C", "Bob"]
    assert texts_of(transcript) == ["one", "two", "x"]


def test_colon_without_a_space_belongs_to_the_name(read):
    assert senders_of(read(android("12:30 Club: x", "Bob: https://example.org"))) == ["12:30 Club", "Bob"]


def test_marks_and_tilde_are_no_part_of_a_name(read):
    transcript = read(
        ios(
            "\u202a+44 7700 900123\u202c: a",
            "~\u202fCarol: b",
            "~ Carol: c",
            "~Dan: d",
            "\u2068Eve\u2069: e",
            "🙈 🙈: f",
        )
    )

    assert transcript.participants == ["+44 7700 900123", "Carol", "Dan", "Eve", "🙈 🙈"]
    assert senders_of(transcript)[1] == senders_of(transcript)[2] == "Carol"


def test_right_to_left_names_and_dashes(read):
    transcript = read(android("دانيال: e: f", "Maria - Work: c", "O'Neill (Ops) #2: https://x.y/z: ok", "רות: שלום"))

    assert senders_of(transcript) == ["دانيال", "Maria - Work", "O'Neill (Ops) #2", "רות"]


def test_participants_are_in_order_of_their_first_message(read):
    transcript = read(android("Zoe added Ann", "Carl: a", "Ann: b", "Carl: c"))

    assert transcript.participants == ["Carl", "Ann"]
    assert transcript.senders == [-1, 0, 1, 0]


def test_locations_do_not_make_a_name(read):
    place = "Location: https://maps.google.com/?q=52.5,13.4"

    assert senders_of(read(android(f"Ann: {place}", f"Ann: {place}"))) == ["Ann", "Ann"]
