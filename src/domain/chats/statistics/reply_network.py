"""The reply network: who writes after whom, where three or more do."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from domain.chats.statistics.model import Parameters, Replies
from domain.chats.statistics.turns import Turns

_GROUP = 3


def take(turns: Turns, participants: Sequence[str], parameters: Parameters) -> list[Replies] | None:
    """The pairs of most replies, equals in order of the participants; None unless three or more wrote.

    The lift is the share of the one's turns that the other follows, over the other's share of all turns that follow
    one in a session but are not the one's own: nobody follows himself.
    """
    if len(set(turns.senders)) < _GROUP:
        return None
    senders = turns.senders
    pairs = Counter(pairwise(senders))
    pairs.subtract((senders[opening - 1], senders[opening]) for opening in turns.openings[1:])
    followed: Counter[int] = Counter()
    following: Counter[int] = Counter()
    for (before, after), count in pairs.items():
        followed[before] += count
        following[after] += count
    total = following.total()
    ranked = sorted((-count, pair) for pair, count in pairs.items() if count)
    return [
        Replies(
            replied_to=participants[before],
            replier=participants[after],
            count=-count,
            lift=round(-count * (total - following[before]) / (followed[before] * following[after]), 4),
        )
        for count, (before, after) in ranked[: parameters.reply_pairs]
    ]
