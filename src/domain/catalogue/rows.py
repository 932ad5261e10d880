"""What the catalogue's rows say, in the order in which they are shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightTypeRow:
    name: str
    display_title: str
    description: str
    icon: str
    for_groups: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    name: str
    display_name: str
    description: str
    icon: str
    base_cost: int
    insight_types: tuple[InsightTypeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    name: str
    coins: int
    usd_cents: int
    inr_paise: int
    description: str
    is_popular: bool = False


@dataclass(frozen=True, slots=True)
class CatalogueRows:
    """The whole catalogue, in the order in which it is shown."""

    categories: tuple[CategoryRow, ...]
    packages: tuple[PackageRow, ...]
