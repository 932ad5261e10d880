from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chats.sealing import (
    MessageBody,
    Profile,
    message_place,
    open_bodies,
    open_filename,
    open_profile,
    open_statistics,
    seal_body,
    seal_filename,
    seal_profile,
    seal_statistics,
)
from domain.cipher import NONCE_BYTES, CipherError, Opener, Sealer, new_chat_key

CHAT, MESSAGE = uuid4(), uuid4()
KEY = new_chat_key()
OPENER = Opener(KEY)
PROFILE = Profile("Trip", ["Ann", "Bob"], utc=False)


@pytest.fixture
def sealer():
    return Sealer(KEY, epoch=1)


@pytest.mark.parametrize(
    ("seal", "open_", "value"),
    [
        (seal_filename, open_filename, "чат 👋.txt"),
        (seal_profile, open_profile, PROFILE),
        (seal_statistics, open_statistics, b'{"total_messages":3}'),
    ],
)
def test_what_belongs_to_a_chat_opens_in_it_alone(sealer, seal, open_, value):
    sealed = seal(sealer, CHAT, value)

    assert open_(OPENER, CHAT, sealed) == value
    with pytest.raises(CipherError):
        open_(OPENER, uuid4(), sealed)
    with pytest.raises(CipherError):
        open_(Opener(new_chat_key()), CHAT, sealed)
    for other in {open_filename, open_profile, open_statistics} - {open_}:
        with pytest.raises(CipherError):
            other(OPENER, CHAT, sealed)


@given(st.text(), st.none() | st.text())
def test_a_message_opens_as_it_was(text, attachment):
    sealed = seal_body(Sealer(KEY, epoch=1), message_place(CHAT, MESSAGE.bytes), text, attachment)

    assert open_bodies(OPENER, CHAT, [(MESSAGE, sealed)]) == [MessageBody(text, attachment)]


@pytest.mark.parametrize(("chat", "message"), [(uuid4(), MESSAGE), (CHAT, uuid4()), (MESSAGE, CHAT)])
def test_a_message_moved_to_another_row_or_chat_does_not_open(sealer, chat, message):
    sealed = seal_body(sealer, message_place(CHAT, MESSAGE.bytes), "hello", None)

    with pytest.raises(CipherError):
        open_bodies(OPENER, chat, [(message, sealed)])


def test_an_altered_or_truncated_message_does_not_open(sealer):
    sealed = seal_body(sealer, message_place(CHAT, MESSAGE.bytes), "hello", None)

    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(CipherError):
            open_bodies(OPENER, CHAT, [(MESSAGE, bytes(altered))])
    with pytest.raises(CipherError):
        open_bodies(OPENER, CHAT, [(MESSAGE, sealed[:-1])])


@given(st.lists(st.integers(0, 40), min_size=2, max_size=8), st.integers(0, 2**32 - 9))
def test_no_nonce_is_used_twice_whatever_the_runs_sealed(counts, first_epoch):
    nonces = []
    for epoch, count in enumerate(counts, start=first_epoch):
        run = Sealer(KEY, epoch)
        nonces += [run.seal(b"same", b"place")[:NONCE_BYTES] for _ in range(count)]

    assert len(set(nonces)) == sum(counts)


def test_nothing_of_the_text_can_be_read_in_what_is_sealed(sealer):
    sealed = seal_body(sealer, message_place(CHAT, MESSAGE.bytes), "canary" * 100, "canary.jpg")

    assert b"canary" not in sealed
