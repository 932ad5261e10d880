"""What is in a text, once more: slow, obvious, written from the definitions."""

import json
import unicodedata
from pathlib import Path

import regex

from domain.chats.statistics import model

ZWJ = "\u200d"
AROUND_A_FILE_NAME = ".,;:!?()[]<>\"'“”*_~"


# --- characters


def has(character, *properties):
    return any(regex.fullmatch(rf"\p{{{name}}}", character) for name in properties)


def is_word_part(character):
    return unicodedata.category(character)[0] in "LMN"


def is_mark(character):
    return unicodedata.category(character)[0] == "M"


def is_letter(character):
    return unicodedata.category(character)[0] == "L"


def is_alone(character):
    return has(character, "Han", "Hiragana") and unicodedata.category(character)[0] in "LN"


def is_katakana(character):
    return (has(character, "Katakana") and is_letter(character)) or character in "ーｰ"


def starts_word(character):
    return unicodedata.category(character)[0] in "LN" and not is_alone(character) and not is_katakana(character)


# --- links and e-mail addresses


def is_address_character(character):
    return is_word_part(character) or character in "-._~:/?#[]@!$&'()*+,;=%"


def trimmed(rest):
    while rest:
        last = rest[-1]
        unopened = (last == ")" and rest.count(")") > rest.count("(")) or (
            last == "]" and rest.count("]") > rest.count("[")
        )
        if not unopened and last not in ".,;:!?'*_~":
            return rest
        rest = rest[:-1]
    return rest


def split_links(text):
    """The links, and the text with a space for each."""
    found, rest, index = [], "", 0
    while index < len(text):
        prefix = ""
        for scheme in ("http://", "https://"):
            if text[index : index + len(scheme)].lower() == scheme:
                prefix = text[index : index + len(scheme)]
        before = text[index - 1] if index else " "
        if text[index : index + 4] in {"www.", "Www.", "WWW."} and not is_word_part(before) and before not in "@./":
            prefix = text[index : index + 4]
        end = index + len(prefix)
        while prefix and end < len(text) and is_address_character(text[end]):
            end += 1
        body = text[index + len(prefix) : end]
        if prefix and body:
            link = prefix + trimmed(body)
            if link == prefix:
                rest += prefix + body
            else:
                found.append(link)
                rest += " " + text[index + len(link) : end]
            index = end
        else:
            rest += text[index]
            index += 1
    return found, rest


def without_emails(text):
    done = 0
    result = ""
    for at in [index for index, character in enumerate(text) if character == "@"]:
        start = at
        while start > 0 and (is_word_part(text[start - 1]) or text[start - 1] in "._%+-"):
            start -= 1
        end = at + 1
        while end < len(text) and (is_word_part(text[end]) or text[end] in ".-"):
            end += 1
        labels = text[at + 1 : end].split(".")
        full = labels[: labels.index("")] if "" in labels else labels
        if start < at and start >= done and len(full) > 1:
            result += text[done:start] + " "
            done = at + 1 + len(".".join(full))
    return result + text[done:]


# --- emoji and words


def is_emoji(cluster):
    first, second, third = (cluster[index : index + 1] for index in range(3))
    if has(first, "Regional_Indicator"):
        return has(second, "Regional_Indicator")
    if first in "0123456789#*":
        return cluster[1:].startswith(("\u20e3", "\ufe0f\u20e3"))
    if not has(first, "Emoji") or has(first, "Emoji_Modifier") or second == "\ufe0e":
        return False
    if has(first, "Emoji_Presentation") or "\u2600" <= first <= "\u27bf":
        return True
    return (
        second == "\ufe0f" or has(second, "Emoji_Modifier") or (second == ZWJ and has(third, "Extended_Pictographic"))
    )


def folded(cluster):
    result = ""
    for character in cluster:
        if has(character, "Emoji_Modifier"):
            continue
        tag = "\U000e0020" <= character <= "\U000e007f"
        if has(character, "Emoji", "Extended_Pictographic") or character in (ZWJ, "\u20e3") or tag:
            result += character
    while result.endswith(ZWJ):
        result = result[:-1]
    return "".join(
        character + ("\ufe0f" if has(character, "Emoji") and not has(character, "Emoji_Presentation") else "")
        for character in result
    )


def split_emoji(text):
    found, rest = [], ""
    for cluster in regex.findall(r"\p{Grapheme_Cluster_Break=Prepend}|\X", text):
        if is_emoji(cluster):
            found.append(folded(cluster))
            rest += " "
        else:
            rest += cluster
    return found, rest


def joins(text, index):
    if index + 1 >= len(text) or not starts_word(text[index + 1]):
        return False
    before, here, after = text[index - 1 : index + 2]
    if here in "'’‘·׳״\u200c\u200d":
        return True
    if here == '"':
        return has(before, "Hebrew") and has(after, "Hebrew")
    return here in ".," and unicodedata.category(before) == "Nd" and unicodedata.category(after) == "Nd"


def segments(text):
    index = 0
    while index < len(text):
        start, character = index, text[index]
        index += 1
        if is_alone(character):
            while index < len(text) and is_mark(text[index]):
                index += 1
        elif is_katakana(character):
            while index < len(text) and (is_katakana(text[index]) or is_mark(text[index])):
                index += 1
        elif starts_word(character):
            while index < len(text) and (starts_word(text[index]) or is_mark(text[index]) or joins(text, index)):
                index += 1
        else:
            continue
        yield text[start:index]


def normal(word):
    return unicodedata.normalize("NFC", word.lower()).replace("’", "'").replace("‘", "'")


class Content:
    def __init__(self, text, file_names):
        pieces = [piece for piece in text.split() if piece.strip(AROUND_A_FILE_NAME) not in file_names]
        self.links, rest = split_links(" ".join(pieces))
        self.emojis, rest = split_emoji(without_emails(rest))
        found = list(segments(rest))
        self.words = [normal(word) for word in found if any(map(is_letter, word))]
        self.word_count_all = len(found)


def asks(text):
    _, rest = split_links(text)
    return any(
        (unicodedata.category(character)[0] == "P" and "QUESTION" in unicodedata.name(character, ""))
        or (character == ";" and index > 0 and has(rest[index - 1], "Greek"))
        for index, character in enumerate(rest)
    )


# --- languages


def function_words():
    data = json.loads(Path(model.__file__).with_name("stop_words.json").read_text(encoding="utf-8"))
    lists = {}
    for source in ("spacy", "own"):
        for code, listed in data[source]["words"].items():
            lists.setdefault(code, set()).update(listed.split())
    return lists


LISTS = function_words()


def language_of(words):
    hits = {code: sum(word in listed for word in words) for code, listed in LISTS.items()}
    best = max(hits.values())
    winners = [code for code, count in hits.items() if count == best]
    return winners[0] if best >= 2 and len(winners) == 1 else None
