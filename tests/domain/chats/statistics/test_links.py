import time

import pytest

from domain.chats.statistics.links import find, may_hold_link, remove, remove_emails


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://a.org/x?y=1&z=%20#f", ["https://a.org/x?y=1&z=%20#f"]),
        ("see http://a.org. And HTTPS://B.org!", ["http://a.org", "HTTPS://B.org"]),
        ("(www.a.org) Www.b.org, WWW.C.ORG", ["www.a.org", "Www.b.org", "WWW.C.ORG"]),
        ("https://en.wikipedia.org/wiki/A_(b)", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("(https://en.wikipedia.org/wiki/A_(b))", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("*https://a.org* _https://b.org_", ["https://a.org", "https://b.org"]),
        ("看https://a.org/b，好", ["https://a.org/b"]),
        ("https://a.org/münchen", ["https://a.org/münchen"]),
        ("https://a.org/x😂", ["https://a.org/x"]),
        ("https://a.org/?u=http://b.org", ["https://a.org/?u=http://b.org"]),
        ("http:// www. ww. http://!!!", []),
        ("ann@www.a.org a.www.b.org", []),
        ("example.org ftp://a.org", []),
    ],
)
def test_addresses_without_the_punctuation_around_them(text, found):
    assert find(text) == found
    assert may_hold_link(text) or not found


def test_removal_keeps_what_surrounds_an_address():
    assert remove("(see https://a.org). Or http://!") == "(see  ). Or http://!"


def test_removal_of_e_mail_addresses():
    assert remove_emails("to a.b+c@d-e.co.uk, not a@b or @ann") == "to  , not a@b or @ann"


@pytest.mark.parametrize("text", ["https://a" + ")" * 300_000, "a" * 300_000 + "@", "a@" * 150_000, "www." * 75_000])
def test_time_is_linear_in_hostile_text(text):
    started = time.process_time()
    find(text)
    remove_emails(text)
    assert time.process_time() - started < 2
