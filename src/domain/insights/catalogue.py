"""The catalogue that is sold: its categories are made of the insight types' own rows.

Names are for ever: the ids are made of them.
"""

from domain.catalogue.data import PACKAGES
from domain.catalogue.rows import CatalogueRows, CategoryRow
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

CATEGORY_COST = 400

CATALOGUE = CatalogueRows(
    categories=(
        CategoryRow(
            name="romantic",
            display_name="Romantic Relationship",
            description="How two partners talk, open up, disagree and plan.",
            icon="❤️",
            base_cost=CATEGORY_COST,
            insight_types=(
                communication_basics.ROW,
                emotional_intimacy.ROW,
                love_language.ROW,
                conflict_resolution.ROW,
                future_planning.ROW,
                playfulness_romance.ROW,
            ),
        ),
        CategoryRow(
            name="friendship",
            display_name="Friendship",
            description="Whether a friendship is reliable, mutual and alive.",
            icon="🤝",
            base_cost=CATEGORY_COST,
            insight_types=(friendship_trust_loyalty.ROW, friendship_support_dynamics.ROW, friendship_vitality.ROW),
        ),
        CategoryRow(
            name="family",
            display_name="Family",
            description="Who has which role in a family, how warm it is, and how tension runs.",
            icon="🏡",
            base_cost=CATEGORY_COST,
            insight_types=(family_dynamics.ROW, family_emotional_climate.ROW, family_conflict_patterns.ROW),
        ),
        CategoryRow(
            name="workplace",
            display_name="Workplace",
            description="How colleagues communicate, get work done and treat each other.",
            icon="💼",
            base_cost=CATEGORY_COST,
            insight_types=(
                workplace_communication.ROW,
                workplace_collaboration.ROW,
                workplace_relationship_health.ROW,
            ),
        ),
    ),
    packages=PACKAGES,
)
