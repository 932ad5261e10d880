"""Laughter once more: slow, obvious, written from the definition."""

from itertools import groupby

from tests.domain.chats.statistics.twin_text import Content

LAUGHING_EMOJI = {"😂", "🤣", "😹", "😆"}
SLANG = {"lmao", "lmfao", "rofl", "xd", "mdr", "ptdr", "лол", "ржу"}


def squeezed(word):
    """With every letter but once in a row."""
    return "".join(letter for letter, _ in groupby(word))


def repeats(word, syllable, least):
    """Whether the word is the syllable so many times or more."""
    times, rest = divmod(len(word), len(syllable))
    return times >= least and not rest and word == syllable * times


def without_prefix(word, letters):
    """The word without those of the letters at its start, each once at most and in this order."""
    for letter in letters:
        word = word.removeprefix(letter)
    return word


def laughs_anywhere(word):
    short = squeezed(word)
    syllables = [repeats(without_prefix(short, "bmwua").removesuffix("h"), "h" + vowel, 2) for vowel in "aei"]
    syllables += [repeats(short.removeprefix("a").removesuffix("j"), "j" + vowel, 3) for vowel in "aei"]
    syllables += [repeats(short.removeprefix("а").removesuffix("х"), "х" + vowel, 2) for vowel in "аеиэ"]
    syllables += [repeats(short, "ah", 2), repeats(short.removesuffix("e"), "eh", 2), repeats(short, "ах", 2)]
    syllables += [repeats(word, syllable, 2) for syllable in ("rs", "ه", "ח", "हा", "हे", "ही")]
    syllables += [repeats(word, "k", 4), repeats(word, "خ", 3), repeats(word.removesuffix("w"), "wk", 2)]
    lol = short.startswith("l") and repeats(short[1:].removesuffix("z"), "ol", 1)
    return any(syllables) or lol or short in SLANG or "ㅋㅋ" in word or "ㅎㅎ" in word


def laughs_in(words, language):
    if language == "es":
        return any(
            repeats(squeezed(word).removeprefix("a").removesuffix("j"), "j" + vowel, 2)
            for word in words
            for vowel in "aei"
        )
    if language == "pt":
        return "kkk" in words or "rs" in words
    if language == "ja":
        return any(set(word) <= set("wｗ") for word in words) or words[-1:] == ["笑"]
    return False


def laughs(text, file_names, languages):
    for piece in text.split():
        content = Content(piece, file_names)
        if LAUGHING_EMOJI & set(content.emojis) or any(map(laughs_anywhere, content.words)):
            return True
        adjoining = zip(content.words, content.words[1:], strict=False)
        if any(one in "哈呵嘻嘿" and other in "哈呵嘻嘿" for one, other in adjoining):
            return True
        if any(laughs_in(content.words, language) for language in languages):
            return True
    return False
