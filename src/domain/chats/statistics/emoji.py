"""Emoji: the grapheme clusters that are shown as a picture (Unicode Technical Standard #51)."""

from functools import lru_cache

import regex

# The clusters that may be one, by UAX #29: flags, keycaps, and pictographs with what is joined to them. Spelt out,
# because the time of \X grows with the square of a run of flags.
_CLUSTER = regex.compile(
    r"""
      \p{Regional_Indicator}{2}
    | [0-9\#*]\uFE0F?\u20E3[\p{Grapheme_Extend}\p{Emoji_Modifier}--\u200D]*+
    | \p{Extended_Pictographic}[\p{Grapheme_Extend}\p{Emoji_Modifier}--\u200D]*+
      (?:\u200D\p{Extended_Pictographic}[\p{Grapheme_Extend}\p{Emoji_Modifier}--\u200D]*+)*+
    """,
    regex.V1 | regex.VERBOSE,
)
# A character that Unicode shows as text until U+FE0F follows is an emoji by itself only among the Miscellaneous
# Symbols and Dingbats: phones draw a bare U+2764 as a red heart, and no one means a picture by a bare ©.
_PICTURE = regex.compile(
    r"""
      [\p{Regional_Indicator}0-9\#*]
    | \p{Emoji_Presentation}(?!\uFE0E)
    | [\p{Emoji}&&[\u2600-\u27BF]](?!\uFE0E)
    | \p{Emoji}(?=[\uFE0F\p{Emoji_Modifier}]|\u200D\p{Extended_Pictographic})
    """,
    regex.V1 | regex.VERBOSE,
)
_SHOWN_AS_TEXT = regex.compile(r"([\p{Emoji}--\p{Emoji_Presentation}])", regex.V1)
_FOLDED = regex.compile(
    r"[^\p{Emoji}\p{Extended_Pictographic}\u200D\u20E3\U000E0020-\U000E007F]|\p{Emoji_Modifier}", regex.V1
)


def take(text: str) -> tuple[tuple[str, ...], str]:
    """The emoji of a text, folded and in order, and the text with a space in place of each."""
    if text.isascii():
        return (), text
    found: list[str] = []

    def replaced(match: regex.Match[str]) -> str:
        emoji = _fold(match[0])
        if emoji is None:
            return match[0]
        found.append(emoji)
        return " "

    rest = _CLUSTER.sub(replaced, text)
    return tuple(found), rest


@lru_cache(maxsize=4_096)
def _fold(cluster: str) -> str | None:
    """The cluster without skin tones, and with U+FE0F exactly where the standard's full form has it."""
    if not _PICTURE.match(cluster):
        return None
    return _SHOWN_AS_TEXT.sub("\\1\ufe0f", _FOLDED.sub("", cluster))
