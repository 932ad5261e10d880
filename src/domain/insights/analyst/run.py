"""From a chat to the drafts of its insights."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from domain.chats.statistics.compute import compute
from domain.chats.transcript import Transcript
from domain.insights.analyst import support
from domain.insights.analyst.scoring import enough_data
from domain.insights.analyst.tagging import Tagged, tag
from domain.insights.analyst.view import View
from domain.insights.drafts import Basis, Confidence, Draft
from domain.insights.kinds import Finding, InsightKind, InsufficientData

_LEAST_MESSAGES = 40


def read(transcript: Transcript) -> Tagged:
    """What all types are made from."""
    return tag(transcript, compute(transcript))


def drafts(tagged: Tagged, kinds: Sequence[InsightKind], found: Mapping[str, Sequence[int]]) -> Iterator[Draft]:
    """One draft for each type, in the order given; `found` holds the positions that retrieval found, by type."""
    return (draft(View(tagged, found.get(kind.name, ())), kind) for kind in kinds)


def draft(view: View, kind: InsightKind) -> Draft:
    """What one type comes to, or why the chat does not carry it."""
    languages = view.statistics.languages
    language = support.understood(languages, kind.acts)
    data = enough_data(view.read_count())
    try:
        finding = _find(view, kind, language)
    except InsufficientData as missing:
        return Draft(
            insight_type=kind.name,
            reason=missing.reason,
            basis=Basis(
                confidence=Confidence(data=data, coverage=0.0, language=language), method="", measures=[], sources=[]
            ),
            positions=[],
        )
    return Draft(
        insight_type=kind.name,
        content=msgspec.Raw(msgspec.json.encode(finding.content)),
        basis=_basis(finding, data, language, support.sources(languages, kind.acts)),
        positions=list(dict.fromkeys([*finding.positions, *view.found])),
    )


def _find(view: View, kind: InsightKind, language: float) -> Finding:
    if view.read_count() < _LEAST_MESSAGES:
        raise InsufficientData("There are too few written messages in the chat.")
    if language < support.LEAST:
        raise InsufficientData("The word lists do not know the languages of the chat well enough.")
    return kind.analyse(view)


def _basis(finding: Finding, data: float, language: float, lists: Sequence[str]) -> Basis:
    return Basis(
        confidence=Confidence(data=data, coverage=round(finding.coverage, 3), language=language),
        method=finding.method,
        measures=list(finding.measures),
        sources=[*finding.sources, *lists],
    )
