"""The fifteen insight types, each in a module of its name."""

from typing import TYPE_CHECKING

from domain.insights.types import (
    communication_basics,
    conflict_resolution,
    emotional_intimacy,
    family_conflict_patterns,
    family_dynamics,
    family_emotional_climate,
    friendship_support_dynamics,
    friendship_trust_loyalty,
    friendship_vitality,
    future_planning,
    love_language,
    playfulness_romance,
    workplace_collaboration,
    workplace_communication,
    workplace_relationship_health,
)

if TYPE_CHECKING:
    from domain.insights.kinds import InsightKind

_MODULES = (
    communication_basics,
    emotional_intimacy,
    love_language,
    conflict_resolution,
    future_planning,
    playfulness_romance,
    friendship_trust_loyalty,
    friendship_support_dynamics,
    friendship_vitality,
    family_dynamics,
    family_emotional_climate,
    family_conflict_patterns,
    workplace_communication,
    workplace_collaboration,
    workplace_relationship_health,
)

KINDS: "dict[str, InsightKind]" = {module.ROW.name: module.KIND for module in _MODULES}
"""By name."""
