"""The prose that Gemini writes: its numbers are put in by the server, and what it cannot know is taken out.

It writes `{m3}` where the third measure belongs. A sentence is dropped when it holds a number that is neither a measure
nor stands in a cited message, a quotation that stands in no message, one participant's measure under another's name, or
a link.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import regex

from domain.chats.lookup import QuotedMessage
from domain.chats.statistics.calendar import timestamp
from domain.insights.analyst.measures import said
from domain.insights.drafts import Measure
from domain.retrieval.claims import all_held, quotations

_PLACEHOLDER = regex.compile(r"\{(m\d+)\}")
_PLACEHOLDER_AND_NEXT = regex.compile(_PLACEHOLDER.pattern + r"(\s*(%|\p{L}+))?")
_SENTENCE_END = regex.compile(r"(?<=[.!?…][\"”’)]?)\s+(?=[^\p{Ll}\p{N}])")
_NUMBER = regex.compile(r"\p{N}+(?:[.,:]\p{N}+)*")
_THOUSANDS = regex.compile(r",(?=\p{N}{3}(?!\p{N}))")
_SMALL_NUMBER = regex.compile(r"[^\p{L}]{0,6}")
_BRACE = regex.compile(r"[{}]")
_LINK = regex.compile(r"://|\bwww\.", regex.IGNORECASE)
_WORD = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    r"|half|hundred|thousand)"
)
_STATISTIC = regex.compile(
    r"%|\b(?:per ?cent(?:age)?|scor(?:e[ds]?|ing)|rat(?:ed?|ings?|ios?)|averages?|means?|medians?|out of|times as)\b",
    regex.IGNORECASE,
)
"""What makes a number one that only a measure can give."""
_SPELLED_OUT = regex.compile(
    rf"\b{_WORD}\b[\s-]+(?:per ?cent|out of|times|in (?:every )?{_WORD})\b|\b(?:score|rating)\b.*\b{_WORD}\b",
    regex.IGNORECASE,
)


class Prose:
    """Checks the texts of one reply."""

    def __init__(
        self,
        measures: Mapping[str, Measure],
        shown: Iterable[QuotedMessage],
        cited: Iterable[QuotedMessage],
        participants: Sequence[str],
    ) -> None:
        """`measures` are by the names that stand for them; `shown` is what was sent, `cited` what was cited of it."""
        self._measures = measures
        self._shown = list(shown)
        self._owners = frozenset(participants)
        self._participants = _any_of(participants)
        self._measured = {number for measure in measures.values() for number in _numbers_of(measure)}
        self._mentioned = {number for message in cited for number in _numbers_in(message)}

    def checked(self, text: str, *, quotes_the_chat: bool = True) -> str:
        """The sentences that hold, with their numbers; empty if none does.

        A text that suggests words to say quotes nobody.
        """
        sentences = _SENTENCE_END.split(text.strip())
        kept = (self._sentence(sentence, quotes_the_chat=quotes_the_chat) for sentence in sentences)
        return " ".join(filter(None, kept))

    def names_a_measure(self, text: str) -> bool:
        return any(number in self._measured for number in _numbers(self._without_names(text)))

    def _sentence(self, sentence: str, *, quotes_the_chat: bool) -> str | None:
        named = _PLACEHOLDER.findall(sentence)
        if any(name not in self._measures for name in named) or self._is_of_another(named, sentence):
            return None
        rest = self._without_names(_PLACEHOLDER.sub(" ", sentence))
        if quotes_the_chat:
            if not all_held(sentence, self._shown):
                return None
            for quotation in quotations(sentence):
                rest = rest.replace(quotation, " ")
        if any(unfit.search(rest) for unfit in (_BRACE, _LINK, _SPELLED_OUT)) or not self._known(rest):
            return None
        return self._filled(sentence)

    def _known(self, rest: str) -> bool:
        """Whether every number is a measure, or something that was said in a cited message."""
        unmeasured = set(_numbers(rest)) - self._measured
        return not unmeasured or (unmeasured <= self._mentioned and not _STATISTIC.search(rest))

    def _is_of_another(self, named: Iterable[str], sentence: str) -> bool:
        """Whether the sentence is about participants, and not about the one whose measure it names."""
        owners = {self._measures[name].name.partition(":")[2] for name in named} & self._owners
        about = set(self._participants.findall(sentence))
        return bool(about) and not owners <= about

    def _without_names(self, text: str) -> str:
        """A name may be a telephone number."""
        return self._participants.sub(" ", text)

    def _filled(self, sentence: str) -> str:
        def value(found: regex.Match[str]) -> str:
            text = reading(self._measures[found[1]])
            unit = "%" if found[3] == "percent" else found[3]
            return text if unit and text.endswith(unit) else text + (found[2] or "")  # not its unit twice

        return _PLACEHOLDER_AND_NEXT.sub(value, sentence)


def reading(measure: Measure) -> str:
    """What stands in place of a measure; its interval is published beside the insight."""
    return said(msgspec.structs.replace(measure, low=None, high=None))


def _numbers_of(measure: Measure) -> Iterator[str]:
    yield from _numbers(f"{reading(measure)} {said(measure)} {measure.n} {measure.value:.0f} {measure.value:.1f}")


def _numbers_in(message: QuotedMessage) -> Iterator[str]:
    """Of its text and of its date."""
    yield from _numbers(message.text)
    yield from _numbers(timestamp(message.sent_at, utc=False)[:10])


def _numbers(text: str) -> Iterator[str]:
    return (_normal(found) for found in _NUMBER.findall(text))


def _normal(number: str) -> str:
    """A number in one form for all ways to write it; a time stays as it is written."""
    plain = _THOUSANDS.sub("", number).replace(",", ".")
    try:
        return f"{float(plain):.10g}"
    except ValueError:
        return number


def _any_of(names: Iterable[str]) -> regex.Pattern[str]:
    """One pattern for a thousand names; a name that is but a small number would hide numbers, and is none here."""
    told = sorted((name for name in names if not _SMALL_NUMBER.fullmatch(name)), key=len, reverse=True)
    return regex.compile(rf"(?<!\w)(?:{'|'.join(map(regex.escape, told))})(?!\w)" if told else r"(?!)")
