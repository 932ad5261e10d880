"""Text messages that ask, laugh, or were sent late at night."""

from collections.abc import Sequence

from domain.chats.statistics.calendar import DAY, HOUR
from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import TextMessages

_NIGHT_ENDS = 5 * HOUR


def of(times: Sequence[int], *, asking: int, laughing: int) -> TextMessages:
    """The text messages of one participant that were sent at these times, and of which so many ask and laugh."""
    total = len(times)
    return TextMessages(
        count=total,
        questions=proportion(asking, total),
        laughter=proportion(laughing, total),
        late_night=proportion(sum(time % DAY < _NIGHT_ENDS for time in times), total),
    )
