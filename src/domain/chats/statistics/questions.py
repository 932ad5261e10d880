"""Questions: messages with a question mark of any script."""

import re

import regex

from domain.chats.statistics import links

# Every punctuation character with QUESTION in its Unicode name.
_MARKS = "?¿\u037e՞؟፧᥅⁇⁈⁉⳺⳻⸮⹔꘏꛷︖﹖？\U00011143\U0001e95f"
_MARK_OR_SEMICOLON = re.compile(f"[{_MARKS};]")
_QUESTION = regex.compile(rf"[{_MARKS}]|(?<=\p{{Greek}});")


def asking(texts: list[str]) -> int:
    """How many of the texts ask: those with a question mark outside a link, in Greek a semicolon after a letter."""
    # Of all the marks ASCII has one, and it has no Greek.
    may_ask = [text for text in texts if "?" in text or not text.isascii()]
    return sum(map(_asks, filter(_MARK_OR_SEMICOLON.search, may_ask)))


def _asks(text: str) -> bool:
    written = links.remove(text) if links.may_hold_link(text) else text
    return _QUESTION.search(written) is not None
