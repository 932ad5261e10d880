"""Opens a chat's index for reading."""

import hashlib
import hmac
from uuid import UUID

import msgspec

from domain.chats.service import OpenedChat
from domain.cipher import MasterKeys, Sealer
from domain.retrieval.index import CollectionSpec
from domain.retrieval.model import IndexFacts
from domain.retrieval.repository import IndexRows

decode_facts = msgspec.msgpack.Decoder(IndexFacts).decode


class OpenIndex(msgspec.Struct, frozen=True):
    """The version that answers, and what a question needs to be asked of it."""

    chat_id: UUID
    version: UUID
    point_count: int
    facts: IndexFacts
    token_key: bytes


class IndexReader:
    def __init__(self, rows: IndexRows, master_keys: MasterKeys, spec: CollectionSpec) -> None:
        self._rows = rows
        self._master_keys = master_keys
        self._collection = spec.name

    async def open(self, chat: OpenedChat) -> OpenIndex | None:
        """The chat's index; None until there is one by the embedding model in use."""
        chat_id = chat.row.id
        live = await self._rows.live(chat_id, self._collection)
        if live is None:
            return None
        facts = decode_facts(chat.opener.open(live.sealed_facts, _place(chat_id, live.id)))
        key = self._master_keys.unwrap(chat.row.wrapped_key, chat_id)
        return OpenIndex(chat_id, live.id, live.point_count, facts, token_key(key))


def token_key(chat_key: bytes) -> bytes:
    """The key of the hashes that stand for a chat's words; it tells nothing of the chat's own key."""
    return hmac.digest(chat_key, b"index tokens", hashlib.sha256)


def seal_facts(sealer: Sealer, chat_id: UUID, version: UUID, facts: bytes) -> bytes:
    return sealer.seal(facts, _place(chat_id, version))


def _place(chat_id: UUID, version: UUID) -> bytes:
    return chat_id.bytes + b"index" + version.bytes
