"""Turn taking: who begins, who ends, who answers and how soon, who is left without an answer."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.chats.statistics.calendar import HOUR, HOURS, MINUTE
from domain.chats.statistics.estimates import mean, per_100, proportion, quantile
from domain.chats.statistics.model import OvernightReplies, Parameters, ResponseTime, TurnTaking
from domain.chats.statistics.turns import Turns

_ASKED_AT_NIGHT = frozenset({21, 22, 23, 0, 1, 2})
_ANSWERED_IN_THE_MORNING = frozenset(range(6, 12))


@dataclass(slots=True)
class OwnTurns:
    """What the turns of one participant come to."""

    count: int = 0
    of_several_messages: int = 0
    double_texts: int = 0
    initiations: int = 0
    endings: int = 0
    response_seconds: list[int] = field(default_factory=list)
    """From the last message of the turn before, another's of the same session, to the first of the own turn."""
    overnight_seconds: list[int] = field(default_factory=list)
    """The same, overnight and in whichever session."""
    answered: int = 0
    unanswered: int = 0


def by_participant(turns: Turns, parameters: Parameters) -> list[OwnTurns]:
    """The turns of each participant."""
    found = [OwnTurns(double_texts=count) for count in turns.double_texts]
    for sender, messages in zip(turns.senders, turns.messages, strict=True):
        own = found[sender]
        own.count += 1
        if messages > 1:
            own.of_several_messages += 1
    for first, end in turns.sessions():
        found[turns.senders[first]].initiations += 1
        found[turns.senders[end - 1]].endings += 1
    _add_responses(found, turns, parameters)
    _add_answers(found, turns, parameters.answer_window_minutes * 60)
    return found


def of(own: OwnTurns, sessions: int) -> TurnTaking:
    """The statistics of one participant, in a chat of so many sessions."""
    return TurnTaking(
        turns=own.count,
        initiations=proportion(own.initiations, sessions),
        endings=proportion(own.endings, sessions),
        response_time=_response_time(own),
        unanswered=proportion(own.unanswered, own.answered + own.unanswered),
        double_texts=own.double_texts,
        double_texts_per_100_turns=per_100(own.double_texts, own.count),
    )


def _add_responses(found: Sequence[OwnTurns], turns: Turns, parameters: Parameters) -> None:
    window = parameters.response_window_minutes * 60
    overnight_window = parameters.overnight_window_minutes * 60
    session_gap = parameters.session_gap_minutes * 60
    last_sender: int | None = None
    asked = 0
    for sender, start, end in zip(turns.senders, turns.starts, turns.ends, strict=True):
        if sender != last_sender and last_sender is not None:
            elapsed = start - asked
            if elapsed <= window:
                if elapsed < session_gap:
                    found[sender].response_seconds.append(elapsed)
            elif elapsed <= overnight_window and _is_overnight(asked, start):
                found[sender].overnight_seconds.append(elapsed)
        last_sender, asked = sender, end


def _is_overnight(asked: int, answered: int) -> bool:
    return asked // HOUR % len(HOURS) in _ASKED_AT_NIGHT and answered // HOUR % len(HOURS) in _ANSWERED_IN_THE_MORNING


def _add_answers(found: Sequence[OwnTurns], turns: Turns, window: int) -> None:
    answer: int | None = None  # when somebody else writes next
    later_sender: int | None = None
    later_start = 0
    for sender, start, end in zip(reversed(turns.senders), reversed(turns.starts), reversed(turns.ends), strict=True):
        if sender != later_sender and later_sender is not None:
            answer = later_start
        if answer is not None and answer - end <= window:
            found[sender].answered += 1
        elif turns.ends[-1] - end >= window:
            found[sender].unanswered += 1
        later_sender, later_start = sender, start


def _response_time(own: OwnTurns) -> ResponseTime:
    ordered = sorted(own.response_seconds)
    overnight = sorted(own.overnight_seconds)
    return ResponseTime(
        n=len(ordered),
        median_seconds=quantile(ordered, 50),
        p25_seconds=quantile(ordered, 25),
        p75_seconds=quantile(ordered, 75),
        p90_seconds=quantile(ordered, 90),
        mean_seconds=mean(ordered),
        percent_within_1_minute=per_100(bisect_right(ordered, MINUTE), len(ordered)),
        percent_within_5_minutes=per_100(bisect_right(ordered, 5 * MINUTE), len(ordered)),
        percent_within_60_minutes=per_100(bisect_right(ordered, HOUR), len(ordered)),
        overnight=OvernightReplies(n=len(overnight), median_seconds=quantile(overnight, 50)),
    )
