"""How a published number is defined."""

import msgspec


class Term(msgspec.Struct, frozen=True):
    term: str
    definition: str


class Definition(msgspec.Struct, frozen=True):
    name: str
    """Dotted where it is a field of another."""
    definition: str
    unit: str
    parameters: tuple[str, ...] = ()
