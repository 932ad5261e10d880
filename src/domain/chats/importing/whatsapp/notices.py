"""Which rows the application wrote about the chat itself."""

from collections import Counter
from collections.abc import Sequence

from domain.chats.importing.whatsapp.bodies import REPEATED, Bodies
from domain.chats.importing.whatsapp.phrases import Template, comparable, phrases, plain
from domain.chats.transcript import Flag, Kind

_MAX_NOTICES = 2000
"""How many are looked at for the group's name; the first and the last ones."""
_LONG_NOTICE_CHARACTERS = 25


def mark_notices(senders: list[str | None], bodies: Bodies, *, with_senders: bool) -> str | None:
    """Turn notices into system rows without a sender, in place; the name of the group if one of them tells it.

    Args:
        senders: As written, a row each.
        bodies: What the rows are by their words alone.
        with_senders: Notices carry a sender, as on iOS: the partner, the group's name, or who did it.
    """
    if with_senders:
        for row in _written_by_application(senders, bodies):
            senders[row] = None
    notices = [row for row, sender in enumerate(senders) if sender is None]
    for row in notices:
        if bodies.kinds[row] != Kind.CALL:
            bodies.kinds[row], bodies.flags[row] = Kind.SYSTEM, Flag.PLACEHOLDER
            bodies.texts[row] = plain(bodies.texts[row]).strip()
            bodies.attachments.pop(row, None)
    if len(notices) > _MAX_NOTICES:
        notices = notices[: _MAX_NOTICES // 2] + notices[-_MAX_NOTICES // 2 :]
    return _title(notices, bodies)


def _title(notices: Sequence[int], bodies: Bodies) -> str | None:
    title = None
    for row in notices:
        found = phrases().notice(bodies.texts[row])
        if found:
            template, gaps = found
            bodies.languages[frozenset({template.language})] += 1
            title = gaps[template.title] if template.title is not None else title
    return title


def _written_by_application(senders: list[str | None], bodies: Bodies) -> list[int]:
    """Rows behind the application's mark that are none of a message's bodies; known notices where marks are missing."""
    behind_mark = _without_unknown_markers(senders, bodies)
    found = [row for row, sender in enumerate(senders) if sender is None] + behind_mark
    if not behind_mark:
        found += _unmarked(senders, bodies)
    title = _title(found, bodies)
    if title is not None:
        found += [row for row, sender in enumerate(senders) if sender == title]
    return found


def _without_unknown_markers(senders: list[str | None], bodies: Bodies) -> list[int]:
    """One wording for several messages of people who also write is a marker in a language that is not known here."""
    written = Counter(senders) - Counter(senders[row] for row in bodies.marked)
    repeated = Counter(comparable(bodies.texts[row]) for row in bodies.marked if written[senders[row]])
    notices = []
    for row in bodies.marked:
        text = comparable(bodies.texts[row])
        if repeated[text] < REPEATED or phrases().notice(text):
            notices.append(row)
        else:
            bodies.kinds[row], bodies.flags[row] = Kind.MEDIA, Flag.PLACEHOLDER
            bodies.texts[row] = plain(bodies.texts[row]).strip()
    return notices


def _unmarked(senders: list[str | None], bodies: Bodies) -> list[int]:
    """Notices in a file without marks: what nobody would write, and all else of a sender that only gives notice."""
    first = dict(zip(reversed(senders), reversed(bodies.texts), strict=True))
    suspects = {sender for sender, text in first.items() if sender is not None and phrases().notice(text)}
    rows = [row for row, sender in enumerate(senders) if sender in suspects and bodies.kinds[row] == Kind.TEXT]
    found = {row: notice for row in rows if (notice := phrases().notice(bodies.texts[row]))}
    certain = {row for row, (template, gaps) in found.items() if _is_certain(template, gaps, senders[row])}
    talkers = {senders[row] for row in rows if row not in found}
    givers = {senders[row] for row in certain} - talkers
    return [row for row in found if row in certain or senders[row] in givers]


def _is_certain(template: Template, gaps: list[str], sender: str | None) -> bool:
    """It tells of its own sender or names it as the group, or is a long sentence of the application's own words."""
    name = comparable(sender or "")
    if template.title is not None and gaps[template.title] == name:
        return True
    if not template.pieces[0]:
        return gaps[0] == name
    return sum(map(len, template.pieces)) >= _LONG_NOTICE_CHARACTERS
