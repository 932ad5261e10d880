"""The catalogue that is sold. Names are for ever: the ids are made of them."""

from domain.catalogue.seed import CatalogueRows, CategoryRow, InsightTypeRow, PackageRow

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
                InsightTypeRow(
                    name="communication_basics",
                    display_title="Communication Basics",
                    description="Who starts, answers, carries and asks?",
                    icon="💬",
                    for_groups=True,
                ),
                InsightTypeRow(
                    name="emotional_intimacy",
                    display_title="Emotional Intimacy",
                    description="Who opens up, and what support comes back?",
                    icon="💕",
                    for_groups=False,
                ),
                InsightTypeRow(
                    name="love_language",
                    display_title="Love Language & Appreciation",
                    description="How is appreciation shown, and does it match?",
                    icon="💝",
                    for_groups=False,
                ),
                InsightTypeRow(
                    name="conflict_resolution",
                    display_title="Conflict & Communication Under Stress",
                    description="What sparks friction, and how is it repaired?",
                    icon="⚖️",
                    for_groups=False,
                ),
                InsightTypeRow(
                    name="future_planning",
                    display_title="Future Planning & Shared Vision",
                    description="Which plans are shared, agreed and concrete?",
                    icon="🌟",
                    for_groups=False,
                ),
                InsightTypeRow(
                    name="playfulness_romance",
                    display_title="Playfulness & Keeping Romance Alive",
                    description="Is it fun, teasing, flirtatious, and for both?",
                    icon="😄",
                    for_groups=False,
                ),
            ),
        ),
        CategoryRow(
            name="friendship",
            display_name="Friendship",
            description="Whether a friendship is reliable, mutual and alive.",
            icon="🤝",
            base_cost=CATEGORY_COST,
            insight_types=(
                InsightTypeRow(
                    name="friendship_trust_loyalty",
                    display_title="Trust & Reliability",
                    description="Are promises kept and confidences safe?",
                    icon="🤝",
                    for_groups=False,
                ),
                InsightTypeRow(
                    name="friendship_support_dynamics",
                    display_title="Support & Reciprocity",
                    description="Is support given both ways?",
                    icon="🫂",
                    for_groups=False,
                ),
                InsightTypeRow(
                    name="friendship_vitality",
                    display_title="Connection & Fun",
                    description="Is the friendship alive: humour, plans, depth?",
                    icon="⚡",
                    for_groups=False,
                ),
            ),
        ),
        CategoryRow(
            name="family",
            display_name="Family",
            description="Who has which role in a family, how warm it is, and how tension runs.",
            icon="🏡",
            base_cost=CATEGORY_COST,
            insight_types=(
                InsightTypeRow(
                    name="family_dynamics",
                    display_title="Roles & Power Dynamics",
                    description="Who has which role, who decides, how much space is left?",
                    icon="🏡",
                    for_groups=True,
                ),
                InsightTypeRow(
                    name="family_emotional_climate",
                    display_title="Emotional Tone & Expression",
                    description="How warm and open is it?",
                    icon="🌡️",
                    for_groups=True,
                ),
                InsightTypeRow(
                    name="family_conflict_patterns",
                    display_title="Conflict & Tension Patterns",
                    description="How does tension run, and who joins?",
                    icon="🔥",
                    for_groups=True,
                ),
            ),
        ),
        CategoryRow(
            name="workplace",
            display_name="Workplace",
            description="How colleagues communicate, get work done and treat each other.",
            icon="💼",
            base_cost=CATEGORY_COST,
            insight_types=(
                InsightTypeRow(
                    name="workplace_communication",
                    display_title="Communication Effectiveness",
                    description="Is it clear, timely and polite?",
                    icon="💼",
                    for_groups=True,
                ),
                InsightTypeRow(
                    name="workplace_collaboration",
                    display_title="Collaboration & Accountability",
                    description="Is work owned, done and decided?",
                    icon="🎯",
                    for_groups=True,
                ),
                InsightTypeRow(
                    name="workplace_relationship_health",
                    display_title="Team Relationship Health",
                    description="Respect, safety, strain?",
                    icon="🌱",
                    for_groups=True,
                ),
            ),
        ),
    ),
    packages=(
        PackageRow(name="Starter", coins=400, usd_cents=499, inr_paise=39900, description="One category for one chat."),
        PackageRow(
            name="Popular",
            coins=850,
            usd_cents=999,
            inr_paise=79900,
            description="Two categories, and coins left over.",
            is_popular=True,
        ),
        PackageRow(name="Pro", coins=1600, usd_cents=1799, inr_paise=149900, description="Four categories."),
    ),
)
