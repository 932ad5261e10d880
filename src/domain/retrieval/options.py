"""Which models are in use. Nothing here loads one."""

from typing import Literal

import msgspec

EmbedderKind = Literal["use", "e5", "gemini", "none"]

GEMINI_MODEL = "gemini-embedding-001"
_GEMINI_DIMENSION = 768
"""Of the 3,072 that the model gives at most: its first ones carry the meaning."""


class EmbedderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which model, and what it takes to reach it."""

    kind: EmbedderKind
    gemini_api_key: str | None = None
    gemini_base_url: str | None = None
    gemini_model: str = GEMINI_MODEL

    @property
    def costs_money(self) -> bool:
        """Whether chats are indexed only once somebody asks about them."""
        return self.kind == "gemini"

    @property
    def model(self) -> str:
        """The model's name as part of a collection's name; another name, other vectors."""
        return {"use": "use-multilingual-v3", "e5": "multilingual-e5-small-q4", "gemini": self.gemini_model}.get(
            self.kind, "none"
        )

    @property
    def dimension(self) -> int:
        """0 where nothing is embedded."""
        return {"use": 512, "e5": 384, "gemini": _GEMINI_DIMENSION}.get(self.kind, 0)


class AnswererOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which language model answers questions, and what it takes to reach it."""

    api_key: str
    base_url: str | None
    model: str
