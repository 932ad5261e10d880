"""The packages of coins that are sold. Names are for ever: the ids are made of them."""

from domain.catalogue.rows import PackageRow

PACKAGES = (
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
)
