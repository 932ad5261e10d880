"""Links: the web addresses that people wrote."""

from collections.abc import Iterable, Iterator, Sequence

import regex

_PART = r"\p{L}\p{M}\p{N}"
# An address ends where a character follows that no address holds unescaped, letters of any script being allowed.
_URL = regex.compile(
    rf"([Hh][Tt][Tt][Pp][Ss]?://|(?<![{_PART}@./])(?:[Ww]ww|WWW)\.)([{_PART}\-._~:/?#\[\]@!$&'()*+,;=%]+)"
)
_EMAIL = regex.compile(rf"(?<![{_PART}._%+\-])[{_PART}._%+\-]++@[{_PART}\-]++(?:\.[{_PART}\-]++)+")
_TRAILING = ".,;:!?'*_~"
_BRACKETS = {")": "(", "]": "["}


def may_hold_link(text: str) -> bool:
    """Whether `find` is worth calling: it is never false for a text with a link."""
    return "://" in text or "ww." in text or "WW." in text


def candidates(positions: Iterable[int], texts: Sequence[str]) -> Iterator[int]:
    """The positions at whose text `find` is worth calling: as `may_hold_link`, without a call for each text."""
    return (
        position
        for position in positions
        if "://" in texts[position] or "ww." in texts[position] or "WW." in texts[position]
    )


def find(text: str) -> list[str]:
    """The addresses as written, without the punctuation of the sentence around them."""
    return [prefix + rest[:end] for prefix, rest in _URL.findall(text) if (end := _end(rest))]


def remove(text: str) -> str:
    """The text with a space in place of each address."""
    return _URL.sub(lambda match: f" {match[2][end:]}" if (end := _end(match[2])) else match[0], text)


def remove_emails(text: str) -> str:
    """The text with a space in place of each e-mail address."""
    return _EMAIL.sub(" ", text) if "@" in text else text


def _end(rest: str) -> int:
    """Where an address ends: before trailing punctuation and before closing brackets that it does not open."""
    end = len(rest)
    unopened = {close: rest.count(close) - rest.count(opening) for close, opening in _BRACKETS.items()}
    while end:
        last = rest[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return end
