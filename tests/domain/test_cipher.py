from uuid import UUID

import pytest

from domain.cipher import NONCE_BYTES, CipherError, MasterKeys, Opener, Sealer, new_chat_key

CHAT = UUID(int=1)
OTHER_CHAT = UUID(int=2)
OLD, NEW = bytes(range(32)), bytes(range(1, 33))
KEY = new_chat_key()


def altered_anywhere(sealed):
    for position in range(len(sealed)):
        yield sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        yield sealed[:position]
    yield sealed + b"\0"


def test_a_chat_key_unwraps_for_its_chat_alone():
    keys = MasterKeys([OLD])
    wrapped = keys.wrap(KEY, CHAT)
    assert keys.unwrap(wrapped, CHAT) == KEY
    assert KEY not in wrapped
    with pytest.raises(CipherError):
        keys.unwrap(wrapped, OTHER_CHAT)


def test_a_wrapped_key_that_is_altered_or_cut_off_does_not_unwrap():
    keys = MasterKeys([OLD])
    for wrapped in altered_anywhere(keys.wrap(KEY, CHAT)):
        with pytest.raises(CipherError):
            keys.unwrap(wrapped, CHAT)


def test_after_a_rotation_the_new_key_wraps_and_the_old_one_still_unwraps():
    before = MasterKeys([OLD]).wrap(KEY, CHAT)
    rotated = MasterKeys([NEW, OLD])
    after = rotated.wrap(KEY, CHAT)
    assert rotated.unwrap(before, CHAT) == KEY
    assert MasterKeys([NEW]).unwrap(after, CHAT) == KEY
    with pytest.raises(CipherError):
        MasterKeys([NEW]).unwrap(before, CHAT)
    with pytest.raises(CipherError):
        MasterKeys([OLD]).unwrap(after, CHAT)


@pytest.mark.parametrize("keys", [[], [b""], [OLD[:-1]], [OLD, NEW + b"\0"]])
def test_master_keys_have_32_bytes(keys):
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKeys(keys)


def test_signatures_differ_by_purpose_by_key_and_by_where_a_part_ends():
    keys = MasterKeys([NEW, OLD])
    signed = keys.signatures("session", "ab", "c")
    assert signed[1:] == MasterKeys([OLD]).signatures("session", "ab", "c")
    assert len({*signed, *keys.signatures("session", "a", "bc"), *keys.pseudonyms("ab", "c")}) == 6


def test_what_is_sealed_opens_in_its_place_alone():
    sealed = Sealer(KEY, epoch=1).seal("héllo".encode(), b"row 1")
    opener = Opener(KEY)
    assert opener.open(sealed, b"row 1").decode() == "héllo"
    with pytest.raises(CipherError):
        opener.open(sealed, b"row 2")
    with pytest.raises(CipherError):
        Opener(new_chat_key()).open(sealed, b"row 1")


def test_what_is_altered_or_cut_off_does_not_open():
    opener = Opener(KEY)
    for sealed in altered_anywhere(Sealer(KEY, epoch=1).seal(b"text", b"")):
        with pytest.raises(CipherError):
            opener.open(sealed, b"")
        with pytest.raises(CipherError):
            opener.open_all([(sealed, b"")])


def test_many_open_in_order_and_none_when_one_does_not():
    sealer, opener = Sealer(KEY, epoch=1), Opener(KEY)
    pairs = [(sealer.seal(f"text {number}".encode(), b"%d" % number), b"%d" % number) for number in range(10)]
    assert opener.open_all(pairs) == [f"text {number}".encode() for number in range(10)]
    with pytest.raises(CipherError):
        opener.open_all([*pairs, (pairs[0][0], b"elsewhere")])


def test_no_nonce_is_used_twice_within_an_epoch_or_across_epochs():
    sealers = [Sealer(KEY, epoch) for epoch in (1, 2, 2**32 - 1)]
    nonces = [sealer.seal(b"", b"")[:NONCE_BYTES] for sealer in sealers for _ in range(300)]
    assert len(set(nonces)) == len(nonces)


def test_an_error_holds_nothing_of_what_was_sealed():
    sealed = Sealer(KEY, epoch=1).seal(b"a secret", b"here")
    with pytest.raises(CipherError) as caught:
        Opener(KEY).open(sealed, b"there")
    assert caught.value.__cause__ is None
    assert "secret" not in str(caught.value)
