"""Money as clients see it."""

from typing import Annotated

import msgspec

Price = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+\.[0-9]{2}$", description="A decimal amount of money.")]
MinorUnits = Annotated[int, msgspec.Meta(description="Money in the currency's minor units: cents, paise.")]


def price(minor_units: int) -> str:
    """The decimal amount, of a currency with hundredths."""
    whole, hundredths = divmod(minor_units, 100)
    return f"{whole}.{hundredths:02}"
