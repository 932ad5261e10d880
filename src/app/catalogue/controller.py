"""`/api/categories`: what can be unlocked, and what it costs."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.catalogue.dto import Category, InsightTypeSummary, category, insight_type
from app.documentation import InvalidRequest, answers
from domain.catalogue.service import CatalogueService, CategoryNotFound

_INSIGHT_TYPE = InsightTypeSummary(
    id=UUID("01a5c7c8-5f5e-5d3c-9a49-3b6c1de0b001"),
    name="workplace_communication",
    display_title="Communication Effectiveness",
    description="Is it clear, timely and polite?",
    icon="💼",
    is_premium=True,
    credit_cost=134,
)
_CATEGORY = Category(
    id=UUID("01a5c7c8-5f5e-5d3c-9a49-3b6c1de0b000"),
    name="workplace",
    display_name="Workplace",
    description="How colleagues communicate, get work done and treat each other.",
    icon="💼",
    insight_types=[_INSIGHT_TYPE],
    insights_count=1,
    base_cost=134,
)


class CategoryController(Controller):
    path = "/api/categories"
    tags = ("catalogue",)

    @get(
        operation_id="listCategories",
        summary="Categories of insights",
        responses=answers(list[Category], [_CATEGORY]),
    )
    async def list_categories(self, catalogue_service: NamedDependency[CatalogueService]) -> list[Category]:
        """What can be unlocked for a chat, with the insights that each category holds."""
        return [category(listed) for listed in await catalogue_service.categories()]

    @get(
        "/{category_id:str}/insights",
        operation_id="listCategoryInsights",
        summary="A category's insight types",
        responses=answers(list[InsightTypeSummary], [_INSIGHT_TYPE], errors=(CategoryNotFound, InvalidRequest)),
    )
    async def list_insight_types(
        self, category_id: FromPath[UUID], catalogue_service: NamedDependency[CatalogueService]
    ) -> list[InsightTypeSummary]:
        """The kinds of insight in a category; their costs sum to its `base_cost`."""
        return [insight_type(listed) for listed in (await catalogue_service.category(category_id)).insight_types]
