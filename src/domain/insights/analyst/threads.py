"""Threads that run over time: proposals and what became of them, requests, promises and what was done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.languages import stop_words
from domain.chats.statistics.model import Proportion
from domain.insights.analyst.acts import Act
from domain.insights.analyst.view import View

Outcome = Literal["accepted", "declined", "open"]

_HOUR, _DAY = 3_600, 86_400
_RESPONSE_MESSAGES = 6
_RESPONSE_SECONDS = 12 * _HOUR
_NEAR_MESSAGES = 3
_PROMISE_MESSAGES = 20
_KEPT_SECONDS = 14 * _DAY
_SOON_SECONDS = 12 * _HOUR
_TELLING_LETTERS = 4
_LOOKED_AT = 200
"""Completions of a person that are looked at for one promise: many in two weeks are a flood."""
_ACCEPTING = frozenset({Act.ACCEPTANCE, Act.ENTHUSIASM})
_DECLINING = frozenset({Act.REFUSAL, Act.CANCEL})


@dataclass(frozen=True, slots=True)
class Proposal:
    position: int
    by: int
    outcome: Outcome
    """What the first answer to it said, within twelve hours and six messages."""
    response: int | None
    responder: int | None
    concrete: bool
    """Whether a day or a time stands in it, or in the three messages around it."""


def proposals(view: View) -> list[Proposal]:
    """Those of one person within ten minutes are one."""
    return [_proposal(view, position) for position in view.apart(view.positions(Act.PROPOSAL), 600)]


def accepted(found: Sequence[Proposal], *, by: int | None = None) -> Proportion:
    """How many of the answered proposals, of one person or of all, were accepted."""
    answered = [proposal for proposal in found if proposal.outcome != "open" and by in {None, proposal.by}]
    return proportion(sum(proposal.outcome == "accepted" for proposal in answered), len(answered))


@dataclass(frozen=True, slots=True)
class Promise:
    position: int
    by: int
    request: int | None
    """What it answers: another's request in the twenty messages and the day before."""
    completion: int | None
    """The same person's message that something is done: within twelve hours, or within two weeks with a word of the
    promise or its request in it. Each is counted for one promise alone."""
    lag: int | None
    """Seconds from the promise to it."""


def promises(view: View) -> list[Promise]:
    """Commitments, with what they answer and what came of them.

    Things that were done without being told in the chat stay open: the share that is closed is a lower bound.
    """
    stops = stop_words(view.statistics.languages)
    used: set[int] = set()
    found = []
    for position in view.apart(view.positions(Act.COMMITMENT, without=Act.COMPLETION), 600):
        by = view.sender(position)
        request = _request(view, position)
        telling = _telling(view, position, stops) | (_telling(view, request, stops) if request is not None else set())
        completion = _completion(view, position, telling, used)
        if completion is not None:
            used.add(completion)
        lag = None if completion is None else view.time(completion) - view.time(position)
        found.append(Promise(position, by, request, completion, lag))
    return found


def kept(found: Sequence[Promise], *, by: int | None = None) -> Proportion:
    """How many of the promises, of one person or of all, are seen to be done."""
    own = [promise for promise in found if by in {None, promise.by}]
    return proportion(sum(promise.completion is not None for promise in own), len(own))


@dataclass(frozen=True, slots=True)
class Request:
    position: int
    by: int
    response: int | None
    """The first answer that takes it on or declines it, within a day and six messages."""
    responder: int | None
    taken: bool


def requests(view: View) -> list[Request]:
    """Those of one person within ten minutes are one."""
    return [_asked(view, position) for position in view.apart(view.positions(Act.REQUEST), 600)]


def taken(found: Sequence[Request], *, by: int | None = None) -> Proportion:
    """How many of the requests, of one person or of all, somebody took on."""
    own = [request for request in found if by in {None, request.by}]
    return proportion(sum(request.taken for request in own), len(own))


def _proposal(view: View, position: int) -> Proposal:
    by = view.sender(position)
    outcome: Outcome = "open"
    response = None
    for later in view.following(position, _RESPONSE_MESSAGES, _RESPONSE_SECONDS):
        if view.sender(later) == by:
            continue
        if view.has(later, _DECLINING) and not view.has(later, Act.ENTHUSIASM):
            outcome, response = "declined", later
            break
        if view.has(later, _ACCEPTING):
            outcome, response = "accepted", later
            break
    around = [
        *view.preceding(position, _NEAR_MESSAGES, _HOUR),
        position,
        *view.following(position, _NEAR_MESSAGES, _HOUR),
    ]
    concrete = any(view.has(near, Act.DATE) for near in around)
    responder = None if response is None else view.sender(response)
    return Proposal(position, by, outcome, response, responder, concrete)


def _asked(view: View, position: int) -> Request:
    by = view.sender(position)
    for later in view.following(position, _RESPONSE_MESSAGES, _DAY):
        if view.sender(later) != by and view.has(later, _ACCEPTING | _DECLINING | {Act.COMMITMENT, Act.COMPLETION}):
            declined = view.has(later, _DECLINING) and not view.has(later, {Act.COMMITMENT, Act.COMPLETION})
            return Request(position, by, later, view.sender(later), not declined)
    return Request(position, by, None, None, taken=False)


def _request(view: View, position: int) -> int | None:
    by = view.sender(position)
    before = view.preceding(position, _PROMISE_MESSAGES, _DAY)
    return next((at for at in reversed(before) if view.sender(at) != by and view.has(at, Act.REQUEST)), None)


def _completion(view: View, position: int, telling: set[str], used: Collection[int]) -> int | None:
    by, time = view.sender(position), view.time(position)
    for later in islice(view.positions_after(Act.COMPLETION, by, position), _LOOKED_AT):
        lag = view.time(later) - time
        if lag > _KEPT_SECONDS:
            return None
        if later not in used and (lag <= _SOON_SECONDS or not telling.isdisjoint(view.tagged.tokens(later))):
            return later
    return None


def _telling(view: View, position: int, stops: Collection[str]) -> set[str]:
    """The words of a message that say what it is about."""
    return {
        word
        for word in view.tagged.tokens(position)
        if len(word) >= _TELLING_LETTERS and word not in stops and word.isalpha()
    }
