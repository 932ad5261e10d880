"""Whether what a language model claims stands in the messages that it cites."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
import regex

from domain.chats.lookup import QuotedMessage
from domain.retrieval.analysis import Analyser, words_of
from domain.retrieval.answer import Citation

_QUOTED = regex.compile(r"“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|\"([^\"]+)\"|「([^」]+)」")
_SHORTEST_QUOTE = 2
_OF_A_WORD = r"[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
"""What a quotation may not cut off, since a part of a word proves nothing; not so where words stand without spaces."""
_APOSTROPHES = str.maketrans("’‘ʼ", "'''")


class Claim(msgspec.Struct, frozen=True):
    text: str
    message_ids: list[int]
    """The numbers of the messages that prove it."""
    quotes: list[str] = []
    """Passages of those messages."""


def proven(
    claims: Iterable[Claim], messages: Mapping[int, QuotedMessage], names: Collection[str], languages: Sequence[str]
) -> Iterator[tuple[Claim, list[Citation]]]:
    """The claims that hold, each with what it cites.

    Every quotation, in the claim's text too, has to stand in one of the messages that it cites. A claim without one has
    to share a word with them that is neither a stop word nor somebody's name.
    """
    for claim in claims:
        cited = [messages[number] for number in dict.fromkeys(claim.message_ids) if number in messages]
        if not cited or not claim.text.strip():
            continue
        quotes = [*filter(None, map(str.strip, claim.quotes)), *quotations(claim.text)]
        held = [_held(quote, cited) for quote in quotes]
        citations = [citation for citation in held if citation is not None]
        if len(citations) < len(quotes) or not (quotes or _shares_a_word(claim.text, cited, names, languages)):
            continue
        quoted = {citation.position for citation in citations}
        citations += [Citation(message.position, message.text) for message in cited if message.position not in quoted]
        yield claim, citations


def all_held(text: str, messages: Iterable[QuotedMessage]) -> bool:
    """Whether every quotation in a text stands in one of the messages."""
    cited = list(messages)
    return all(_held(quote, cited) is not None for quote in quotations(text))


def quotations(text: str) -> list[str]:
    """What stands in quotation marks."""
    found = (next(filter(None, match.groups())).strip(" .,;:!?…") for match in _QUOTED.finditer(text))
    return [quote for quote in found if len(quote) >= _SHORTEST_QUOTE]


def find_quote(quote: str, message: QuotedMessage) -> str | None:
    """A quotation as it stands in a message; space, case and the form of apostrophes do not matter."""
    words = r"\s+".join(map(regex.escape, quote.translate(_APOSTROPHES).split()))
    found = regex.search(
        f"(?<!{_OF_A_WORD}){words}(?!{_OF_A_WORD})", message.text.translate(_APOSTROPHES), regex.IGNORECASE | regex.V1
    )
    return message.text[found.start() : found.end()] if found is not None and found.group() else None


def _held(quote: str, messages: Iterable[QuotedMessage]) -> Citation | None:
    for message in messages:
        if words := find_quote(quote, message):
            return Citation(message.position, words)
    return None


def _shares_a_word(
    text: str, messages: Iterable[QuotedMessage], names: Collection[str], languages: Sequence[str]
) -> bool:
    analyser = Analyser(languages)
    named = {word for name in names for word in words_of(name)}

    def terms(text: str) -> set[str]:
        words = (word for word in words_of(text) if word not in analyser.stop_words and word not in named)
        return {term for word in words for term in analyser.terms(word).words}

    return any(terms(text) & terms(message.text) for message in messages)
