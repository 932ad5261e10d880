"""What the owner of a chat may show to others."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import regex

_NAMELESS = "#"
_FIRST_LETTERS = regex.compile(r"(?<![\p{L}\p{M}'’])\p{L}")


def shared_view(statistics: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The statistics without words, links and messages, participants under the names given for all of them.

    They are taken as they are stored: an earlier version has counted fewer things.
    """
    shown = {**statistics, "links": [], "top_words": []}
    shown["user_stats"] = {names[name]: _shared_user(user) for name, user in statistics["user_stats"].items()}
    if silence := statistics.get("longest_silence"):
        shown["longest_silence"] = silence | {"broken_by": names[silence["broken_by"]]}
    if network := statistics.get("reply_network"):
        shown["reply_network"] = [
            pair | {"replied_to": names[pair["replied_to"]], "replier": names[pair["replier"]]} for pair in network
        ]
    return shown


def initials(participants: Sequence[str]) -> dict[str, str]:
    """The initials of each name's first and last word, numbered in the order given where they are equal.

    A name without letters, such as a telephone number or an emoji, becomes `#`.
    """
    found = [_initials(name) for name in participants]
    totals = Counter(found)
    seen: Counter[str] = Counter()
    labels = {}
    for name, label in zip(participants, found, strict=True):
        seen[label] += 1
        labels[name] = f"{label}{seen[label]}" if totals[label] > 1 else label
    return labels


def _shared_user(user: dict[str, Any]) -> dict[str, Any]:
    return user | {"top_words": [], "longest_message": user["longest_message"] | {"message": ""}}


def _initials(name: str) -> str:
    letters = _FIRST_LETTERS.findall(unicodedata.normalize("NFC", name))
    return (letters[0] + letters[-1] if len(letters) > 1 else "".join(letters)).upper() or _NAMELESS
