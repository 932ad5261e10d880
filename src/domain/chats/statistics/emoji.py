"""Emoji: the grapheme clusters that are shown as a picture (Unicode Technical Standard #51)."""

import regex

# A character that Unicode shows as text until U+FE0F follows is an emoji by itself only among the Miscellaneous
# Symbols and Dingbats: phones draw a bare U+2764 as a red heart, and no one means a picture by a bare © or a digit.
_CLUSTER = regex.compile(
    r"""
      \p{Regional_Indicator}{2}
    | [0-9\#*]\uFE0F?\u20E3
    | [\p{Emoji_Presentation}--[\p{Emoji_Modifier}\p{Regional_Indicator}]](?!\uFE0E)
    | [[\p{Emoji}--\p{Emoji_Presentation}--[0-9\#*]]&&[\u2600-\u27BF]](?!\uFE0E)
    | [\p{Emoji}--\p{Emoji_Presentation}--[0-9\#*]](?=[\uFE0F\p{Emoji_Modifier}]|\u200D\p{Extended_Pictographic})
    """,
    regex.V1 | regex.VERBOSE,
)
_CANDIDATE = regex.compile(r"[\p{Emoji}--[0-9#*]]|\u20E3", regex.V1)
_GRAPHEME = regex.compile(r"\X")
_SHOWN_AS_TEXT = regex.compile(r"([\p{Emoji}--\p{Emoji_Presentation}])", regex.V1)
_FOLDED = regex.compile(
    r"[^\p{Emoji}\p{Extended_Pictographic}\u200D\u20E3\U000E0020-\U000E007F]|\p{Emoji_Modifier}", regex.V1
)


def take(text: str) -> tuple[tuple[str, ...], str]:
    """The emoji of a text, folded and in order, and the text with a space in place of each."""
    if text.isascii() or not _CANDIDATE.search(text):
        return (), text
    emojis: list[str] = []
    rest: list[str] = []
    for cluster in _GRAPHEME.findall(text):
        if _CLUSTER.match(cluster):
            emojis.append(fold(cluster))
            rest.append(" ")
        else:
            rest.append(cluster)
    return tuple(emojis), "".join(rest)


def fold(cluster: str) -> str:
    """The cluster without skin tones, and with U+FE0F exactly where the standard's full form has it."""
    return _SHOWN_AS_TEXT.sub("\\1\ufe0f", _FOLDED.sub("", cluster).rstrip("\u200d"))
