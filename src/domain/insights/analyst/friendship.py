"""What friends do for each other, as far as the chat tells: care in hard times, promises, discretion, shared names.

All of it is a lower bound: what was said on the telephone or done without a word is not in the chat.
"""

from calendar import day_name, month_name
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.languages import stop_words
from domain.chats.statistics.model import Proportion
from domain.insights.analyst.acts import NEGATIVE, SUPPORTIVE, TOPICS, Act, Pronoun
from domain.insights.analyst.exchanges import Moment, reply_to
from domain.insights.analyst.lexicon import Hit, mask_of
from domain.insights.analyst.phrasing import leader
from domain.insights.analyst.tokens import BREAK, folded
from domain.insights.analyst.view import View

CARING = SUPPORTIVE | {Act.PRAISE, Act.APOLOGY, Act.QUESTION_OPEN}
"""In an answer to a hard time; "sorry" is sympathy there."""
GLAD = frozenset({Act.CELEBRATION, Act.PRAISE})
CARE = (
    "Messages in which somebody writes of sadness, fear, stress or illness of their own, those of one person within "
    "half an hour being one; met with care where the other asks, comforts, helps, praises or shows affection or "
    "sympathy within four hours and six messages."
)
PRESENCE = "Hard times, as for care, that the other answers in any way within four hours and six messages."
NEWS = "Messages with good news; celebrated where the other congratulates or praises within the same bounds."
PROMISES = (
    "Commitments that answer a request, offer help or name the other, those of one person within ten minutes being "
    "one; the outcome is known where a rare word of them comes back as done, thanked for or called off within two "
    "weeks, or two such words are taken up by who promised within four days."
)
WEEKS = "Whole weeks, Monday to Sunday, in which both wrote."

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_APART, _REPLY_SECONDS, _REPLY_MESSAGES = 30 * _MINUTE, 4 * _HOUR, 6
_NOT_HARD = frozenset({Act.LAUGHTER, Act.TEASE, Act.GOOD_NEWS, Act.CELEBRATION, Act.THANKS})
_NOT_MEANT = frozenset({Act.LAUGHTER, Act.TEASE, Act.WITHDRAWAL, Act.COMPLETION})
_SHORT_TOKENS, _SHORT_CLAUSE = 3, 3
_YOU_TOKENS = 5
_LATER, _SOON, _UNTIL = 30 * _MINUTE, 4 * _DAY, 14 * _DAY
_TELLING_LETTERS = 4
_TAKEN_UP_WORDS = 2
_TROUBLED = frozenset({Act.DISTRESS, Act.DISCLOSURE, *NEGATIVE})
_RARE_SHARE, _RARE_LEAST, _RARE_MOST = 0.005, 6, 30
_TOPIC_BITS = mask_of(TOPICS)
_WEEK = 7 * _DAY
_FIRST_MONDAY = 4 * _DAY
"""The epoch was a Thursday."""
_LEAST_USES, _LEAST_SESSIONS, _LEAST_CAPITALS = 4, 3, 2
_LEAST_CASES = 5
_INNER_CAPITAL = regex.compile(r"(?<=[\w,] )\p{Lu}\p{Ll}{2,}\b")


def hard_times(view: View) -> list[Moment]:
    """Hard times with the first caring reply of another; see CARE."""
    found = view.positions(Act.DISTRESS, without=_NOT_HARD)
    cues = [cue for cue in found if _is_own(view, cue, Act.DISTRESS) and not _among_good_news(view, cue)]
    asking = set(view.asking())
    return [_moment(view, cue, lambda at: at in asking or view.has(at, CARING)) for cue in view.apart(cues, _APART)]


def good_news(view: View) -> list[Moment]:
    """Good news with the first reply that celebrates it; see NEWS."""
    cues = [cue for cue in view.positions(Act.GOOD_NEWS, without=Act.CELEBRATION) if _is_own(view, cue, Act.GOOD_NEWS)]
    return [_moment(view, cue, lambda at: view.has(at, GLAD)) for cue in view.apart(cues, _APART)]


def answered(view: View, found: Sequence[Moment], to: int | None = None) -> Proportion:
    """How many of the cues, of one person or of all, got any answer within the same bounds."""
    cues = [moment.cue for moment in found if to in {None, moment.by}]
    return proportion(sum(_moment(view, cue, lambda _: True).reply is not None for cue in cues), len(cues))


def discreet(view: View, by: int | None = None) -> list[int]:
    """Messages that ask for discretion or promise it; the word `secret` alone does neither."""
    return [
        position
        for position in view.positions(Act.DISCRETION, by, without={Act.LAUGHTER, Act.TEASE})
        if any(Act.DISCRETION in hit.acts and _says_more(view, position, hit) for hit in view.tagged.hits(position))
    ]


Outcome = Literal["done", "thanked", "taken up", "called off"]


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise to the other."""

    position: int
    by: int
    asked: int | None
    """The other's request in the six messages and the hour before."""
    outcome: Outcome | None
    """None where the chat does not say."""
    sequel: int | None
    """The message that says it."""


def pledges(view: View) -> list[Pledge]:
    """Promises to the other in order of time; see PROMISES."""
    made = commitments(view)
    words = {position: _telling(view, position, asked) for position, asked in made}
    places = _places(view, words)
    return [_pledge(view, position, asked, words[position], places) for position, asked in made]


def kept(found: Sequence[Pledge], by: int | None = None) -> Proportion:
    """Of the promises with a known outcome, of one person or of all: those that were not called off."""
    known = [pledge for pledge in found if pledge.outcome is not None and by in {None, pledge.by}]
    return proportion(sum(pledge.outcome != "called off" for pledge in known), len(known))


def shared_weeks(view: View, people: Collection[int]) -> Proportion:
    """The share of whole weeks in which all of these people wrote."""
    writers: defaultdict[int, set[int]] = defaultdict(set)
    for position in view.order:
        writers[_week(view, position)].add(view.sender(position))
    first, last = _week(view, view.order[0]) + 1, _week(view, view.order[-1])
    return proportion(sum(writers[week] >= set(people) for week in range(first, last)), max(0, last - first))


@dataclass(frozen=True, slots=True)
class SharedName:
    word: str
    """As it is mostly written."""
    positions: tuple[int, ...]
    sessions: int


def shared_names(view: View, people: Collection[int], most: int) -> list[SharedName]:
    """Names that all of these people keep using: of others, of places, of things with a name; the most used first.

    Words with a capital letter inside a sentence, in four messages and three sessions at least. None in chats with
    German, where every noun has one.
    """
    if any(entry.language == "de" for entry in view.statistics.languages):
        return []
    capitals = _capitalised(view, people)
    uses = {word: [view.tagged.words[person][word] for person in people] for word in capitals}
    found = _where(view, {word for word, counts in uses.items() if min(counts) and sum(counts) >= _LEAST_USES})
    names = [
        SharedName(capitals[word], tuple(positions), sessions)
        for word, positions in found.items()
        if len(positions) >= _LEAST_USES
        and {view.sender(position) for position in positions} >= set(people)
        and (sessions := len({view.session(position) for position in positions})) >= _LEAST_SESSIONS
    ]
    kept: list[SharedName] = []
    for name in sorted(names, key=lambda name: (-name.sessions, -len(name.word), name.word)):
        if not any(_goes_with(name, other) for other in kept):
            kept.append(name)
    return kept[:most]


def named(view: View, position: int, act: Act) -> bool:
    """Whether a word for oneself stands in the clause of an act."""
    tokens, pronouns = view.tagged.tokens(position), view.tagged.matcher.pronouns
    return any(
        act in hit.acts and Pronoun.I in map(pronouns.get, _clause(tokens, hit)) for hit in view.tagged.hits(position)
    )


def first_answer(view: View, position: int, seconds: int = _REPLY_SECONDS) -> int | None:
    """The next message of somebody else that can be quoted, within so many seconds."""
    later = view.following(position, _REPLY_MESSAGES, seconds)
    return next((at for at in later if view.sender(at) != view.sender(position) and view.is_read(at)), None)


def leading(view: View, people: Sequence[int], measured: Callable[[int], Proportion]) -> str:
    """The name of who has the highest share; `both` where that is not certain, `too few to tell` below five cases."""
    counts = [measured(person).count for person in people]
    if sum(counts) < _LEAST_CASES:
        return "too few to tell"
    first = leader(people, measured)
    if first is not None:
        return view.names[first]
    return "both" if all(counts) else "too few to tell"


def _goes_with(name: SharedName, other: SharedName) -> bool:
    """Whether most uses of a name stand beside the other: a title, or a second name."""
    return len(set(name.positions) & set(other.positions)) * 2 > len(name.positions)


def _moment(view: View, cue: int, fits: Callable[[int], bool]) -> Moment:
    return reply_to(view, cue, fits, _REPLY_MESSAGES, _REPLY_SECONDS)


def _is_own(view: View, position: int, act: Act) -> bool:
    """Whether the act is about the writer: a word for oneself and none for the other stands in its clause.

    In a few words it is enough that none for the other does.
    """
    tokens, pronouns = view.tagged.tokens(position), view.tagged.matcher.pronouns
    for hit in view.tagged.hits(position):
        if act in hit.acts:
            named = set(map(pronouns.get, _clause(tokens, hit)))
            own = Pronoun.I in named or (len(tokens) <= _SHORT_TOKENS and tokens[hit.start][0].isalpha())
            if own and Pronoun.YOU not in named:
                return True
    return False


def _among_good_news(view: View, position: int) -> bool:
    """Whether tears may be of joy: good news or congratulations stand near."""
    near = [*view.preceding(position, _REPLY_MESSAGES, _APART), *view.following(position, 2, _APART)]
    return any(view.has(at, {Act.GOOD_NEWS, Act.CELEBRATION}) for at in near)


def _says_more(view: View, position: int, hit: Hit) -> bool:
    return hit.end - hit.start > 1 or not view.tagged.tokens(position)[hit.start][0].isalpha()


def _clause(tokens: Sequence[str], hit: Hit) -> Sequence[str]:
    start = next((at + 1 for at in range(hit.start - 1, -1, -1) if tokens[at] == BREAK), 0)
    end = next((at for at in range(hit.end, len(tokens)) if tokens[at] == BREAK), len(tokens))
    return tokens[start:end]


def _near(tokens: Sequence[str], hit: Hit) -> Sequence[str]:
    """The phrase and the next words of its clause."""
    reach = tokens[hit.start : hit.end + _YOU_TOKENS]
    return reach[: reach.index(BREAK)] if BREAK in reach else reach


def commitments(view: View) -> list[tuple[int, int | None]]:
    """Promises to the other, each with the request that it answers."""
    asked = {position: _request(view, position) for position in view.positions(Act.COMMITMENT, without=_NOT_MEANT)}
    made = [position for position, request in asked.items() if _is_pledge(view, position, request)]
    return [(position, asked[position]) for position in view.apart(made, 10 * _MINUTE)]


def _is_pledge(view: View, position: int, request: int | None) -> bool:
    """Whether somebody commits themselves, in a clause with a word for oneself or a short one, to the other."""
    tokens, pronouns = view.tagged.tokens(position), view.tagged.matcher.pronouns
    to_other = request is not None or view.has(position, {Act.OFFER_HELP, Act.DISCRETION})
    for hit in view.tagged.hits(position):
        if Act.COMMITMENT in hit.acts:
            clause = _clause(tokens, hit)
            own = Pronoun.I in map(pronouns.get, clause) or len(clause) <= _SHORT_CLAUSE
            if own and (to_other or Pronoun.YOU in map(pronouns.get, _near(tokens, hit))):
                return True
    return False


def _request(view: View, position: int) -> int | None:
    by = view.sender(position)
    before = view.preceding(position, _REPLY_MESSAGES, _HOUR)
    return next((at for at in reversed(before) if view.sender(at) != by and view.has(at, Act.REQUEST)), None)


def _telling(view: View, position: int, asked: int | None) -> frozenset[str]:
    """The rare words of the promise's own clauses and of its request, by which a sequel is known."""
    tokens = view.tagged.tokens(position)
    said = {word for hit in view.tagged.hits(position) if Act.COMMITMENT in hit.acts for word in _clause(tokens, hit)}
    if asked is not None:
        said.update(view.tagged.tokens(asked))
    return frozenset(said)


def _places(view: View, words: dict[int, frozenset[str]]) -> dict[str, list[int]]:
    """Where the rare ones of these words stand."""
    stops, matcher = stop_words(view.statistics.languages), view.tagged.matcher
    totals = sum(view.tagged.words, Counter())
    most = min(max(_RARE_LEAST, view.read_count() * _RARE_SHARE), _RARE_MOST)
    return _where(
        view,
        {
            word
            for word in frozenset().union(*words.values())
            if len(word) >= _TELLING_LETTERS
            and word.isalpha()
            and word not in stops
            and totals[word] <= most
            and not matcher.mask([word]) & ~_TOPIC_BITS
        },
    )


def _where(view: View, words: Collection[str]) -> dict[str, list[int]]:
    """The read messages with each of these tokens, in order of time."""
    wanted, texts, read = frozenset(words), view.transcript.texts, view.tagged.read
    # Few pieces of text hold one of the words, and looking for those is quicker than taking every text apart.
    pieces = frozenset(piece for piece, tokens in view.tagged.tokeniser.items() if not wanted.isdisjoint(tokens))
    found: dict[str, list[int]] = {word: [] for word in words}
    for position in view.order:
        if read[position] and not pieces.isdisjoint(texts[position].split()):
            for word in wanted.intersection(view.tagged.tokens(position)):
                found[word].append(position)
    return found


def _pledge(
    view: View, position: int, asked: int | None, words: frozenset[str], places: dict[str, list[int]]
) -> Pledge:
    by, time = view.sender(position), view.time(position)
    sequels = {
        later
        for word in words & places.keys()
        for later in places[word]
        if _LATER <= view.time(later) - time <= _UNTIL and view.tagged.place[later] > view.tagged.place[position]
    }
    for later in sorted(sequels, key=view.tagged.place.__getitem__):
        outcome = _outcome(view, later, by)
        if outcome is not None:
            if outcome == "taken up" and (view.time(later) - time > _SOON or _gave_up(view, position, later)):
                break
            if outcome == "taken up" and sum(later in places.get(word, ()) for word in words) < _TAKEN_UP_WORDS:
                continue
            return Pledge(position, by, asked, outcome, later)
    return Pledge(position, by, asked, None, None)


def _gave_up(view: View, position: int, sequel: int) -> bool:
    """Whether the promiser called off something, told or not told what, before the sequel."""
    first = next(view.positions_after(Act.CANCEL, view.sender(position), position), None)
    return first is not None and view.time(first) <= view.time(sequel)


def _outcome(view: View, sequel: int, by: int) -> Outcome | None:
    own = view.sender(sequel) == by
    if own and (view.has(sequel, Act.CANCEL) or view.has(sequel, Act.APOLOGY)):
        return "called off"
    if view.has(sequel, _TROUBLED):
        return None
    if own and view.has(sequel, Act.COMPLETION):
        return "done"
    if not own and view.has(sequel, {Act.THANKS, Act.PRAISE}):
        return "thanked"
    return "taken up" if own and not view.has(sequel, Act.COMMITMENT) else None


def _week(view: View, position: int) -> int:
    return (view.time(position) - _FIRST_MONDAY) // _WEEK


def _capitalised(view: View, people: Collection[int]) -> dict[str, str]:
    """Words that somebody writes with a capital letter inside a sentence, in a third of their uses or more."""
    texts: dict[int, list[str]] = {person: [] for person in people}
    for position in view.order:
        if view.is_read(position) and view.sender(position) in texts:
            texts[view.sender(position)].append(view.text(position))
    usual = {part.lower() for name in view.names for part in name.split()}
    usual.update(map(str.lower, (*month_name, *day_name)), stop_words(view.statistics.languages))
    found = {}
    for person, written in texts.items():
        uses = view.tagged.words[person]
        for name, count in Counter(_INNER_CAPITAL.findall("\n".join(written))).items():
            word = folded(name.lower())
            if count >= max(_LEAST_CAPITALS, uses[word] / 3) and word not in usual:
                found[word] = name
    return {word: name for word, name in found.items() if not view.tagged.matcher.knows(word)}
