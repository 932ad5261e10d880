"""Laughter: haha and its like, in the languages whose function words are known."""

import re
from collections.abc import Collection

_EMOJI = frozenset("😂🤣😹😆")
# Words in normal form, with a space around each. The same vowel throughout: German "hohe" is no laugh.
_EVERYWHERE = (
    r" b*m*w*u*a*h+(?P<h>[aei])(?P=h)*(?:h+(?P=h)+)+h* ",  # haha, hehe, hihi, bahaha, mwahaha
    r" (?:(?:a+h+){2,}|(?:e+h+){2,}e*) ",
    r" a*j+(?P<j>[aei])(?P=j)*(?:j+(?P=j)+){2,}j* ",  # jajaja; two syllables are "yes, yes" in German
    r" (?:k{4,}|(?:rs){2,}|(?:wk){2,}w?) ",
    r" (?:l+o+l+(?:o+l+)*z*|l+m+f*a+o+|r+o+f+l+|x+d+|m+d+r+|p+t+d+r+) ",
    r" а*х+(?P<x>[аеиэ])(?P=x)*(?:х+(?P=x)+)+х* | (?:а+х+){2,} | л+о+л+ | р+ж+у+ ",
    r" ه{2,} | خ{3,} | ח{2,} | (?:हा){2,} | (?:हे){2,} | (?:ही){2,} ",
    r"(?: [哈呵嘻嘿]){2} |ㅋ{2}|ㅎ{2}",
)
_WHERE_SPOKEN = {
    "es": r" a*j+(?P<es>[aei])(?P=es)*j+(?P=es)+j* ",
    "ja": r" [wｗ]+ | 笑 $",
    "pt": r" k{3} | rs ",
}
_ANYWHERE = re.compile("|".join(_EVERYWHERE))
_SPOKEN = {language: re.compile(rule) for language, rule in _WHERE_SPOKEN.items()}
_ANY = re.compile("|".join((*_EVERYWHERE, *_WHERE_SPOKEN.values())))

EVERYWHERE = "*"


def languages(words: Collection[str], emojis: Collection[str]) -> tuple[str, ...]:
    """The languages in which adjoining words, or emoji, laugh: EVERYWHERE, or some, or none."""
    if emojis and not _EMOJI.isdisjoint(emojis):
        return (EVERYWHERE,)
    spaced = f" {' '.join(words)} "
    if not _ANY.search(spaced):
        return ()
    if _ANYWHERE.search(spaced):
        return (EVERYWHERE,)
    return tuple(language for language, rule in _SPOKEN.items() if rule.search(spaced))
