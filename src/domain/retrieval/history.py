"""Conversations: the questions that a user has asked about a chat, and what was answered.

Questions and answers are sealed under the chat's key, and so go with the chat.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import asyncpg
import msgspec
import regex
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.chats.errors import ChatNotFound
from domain.chats.models import Chat
from domain.chats.service import ChatKeys, OpenedChat
from domain.cipher import MasterKeys, Sealer
from domain.errors import NotFound
from domain.retrieval.analysis import stop_words, words_of
from domain.retrieval.answer import Answer, AnsweredBy, Confidence, EarlierTurn
from domain.retrieval.models import Conversation, ConversationTurn

REMEMBERED = 10
"""How many of the last turns a question is read with."""


_FEW_WORDS = 3
_CAPITALISED = regex.compile(r"(?<=\s)\p{Lu}[\p{L}\p{M}]+")
"""A name, in the middle of a sentence."""


class ConversationNotFound(NotFound):
    code = "conversation_not_found"
    detail = "There is no such conversation about this chat."


class AnsweredTurn(msgspec.Struct, array_like=True, frozen=True):
    """What is sealed of a turn."""

    question: str
    answer: str
    confidence: Confidence
    answered_by: AnsweredBy


class StoredTurn(msgspec.Struct, frozen=True):
    conversation_id: UUID
    begun_at: datetime
    asked_at: datetime
    turn: AnsweredTurn


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(AnsweredTurn).decode


class ConversationReader:
    """Single reading statements, on plain connections."""

    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def earlier(self, chat: OpenedChat, conversation_id: UUID) -> list[EarlierTurn]:
        """The last turns of a conversation, in order.

        Raises:
            ConversationNotFound: there is no such conversation about this chat.
        """
        turns = await self._turns(chat, conversation_id, 1)
        if not turns:
            raise ConversationNotFound
        return [EarlierTurn(turn.turn.question, turn.turn.answer) for turn in turns[-REMEMBERED:]]

    async def all(self, chat: OpenedChat, limit: int) -> list[list[StoredTurn]]:
        """The turns of each of the latest conversations about a chat, the latest first."""
        turns = await self._turns(chat, None, limit)
        return [list(group) for _, group in groupby(turns, key=attrgetter("conversation_id"))]

    async def _turns(self, chat: OpenedChat, conversation_id: UUID | None, limit: int) -> list[StoredTurn]:
        statement = """
            SELECT turn.id, conversation.id AS conversation_id, conversation.created_at AS begun_at,
                turn.created_at AS asked_at, turn.sealed
            FROM (
                SELECT id, created_at, updated_at FROM conversation
                WHERE chat_id = $1 AND ($2::uuid IS NULL OR id = $2) ORDER BY updated_at DESC, id DESC LIMIT $3
            ) AS conversation
            JOIN conversation_turn AS turn ON turn.conversation_id = conversation.id
            ORDER BY conversation.updated_at DESC, conversation.id DESC, turn.created_at, turn.id
        """
        rows = await self._reads.fetch(statement, chat.row.id, conversation_id, limit)
        return [
            StoredTurn(
                row["conversation_id"],
                row["begun_at"],
                row["asked_at"],
                _decode(chat.opener.open(row["sealed"], _place(chat.row.id, row["id"]))),
            )
            for row in rows
        ]


class ConversationService:
    """Changes to conversations, in the caller's transaction."""

    def __init__(self, session: AsyncSession, master_keys: MasterKeys) -> None:
        self._session = session
        self._keys = ChatKeys(session, master_keys)

    async def sealer(self, chat_id: UUID) -> Sealer:
        """What a turn is sealed with; commit before it is used.

        Raises:
            ChatNotFound: the chat is gone.
        """
        epoch = await self._keys.next_epoch(chat_id)
        if epoch is None:
            raise ChatNotFound
        return Sealer(*epoch)

    async def record(
        self, sealer: Sealer, chat_id: UUID, conversation_id: UUID | None, question: str, answer: Answer
    ) -> UUID:
        """Add a turn to a conversation, or begin one with it; the conversation's id.

        Raises:
            ChatNotFound: the chat is gone.
            ConversationNotFound: the conversation is.
        """
        conversation_id = await self._continued(chat_id, conversation_id)
        turn_id = uuid7()
        turn = AnsweredTurn(question, answer.text, answer.confidence, answer.answered_by)
        sealed = sealer.seal(_encode(turn), _place(chat_id, turn_id))
        self._session.add(ConversationTurn(id=turn_id, conversation_id=conversation_id, sealed=sealed))
        await self._session.flush()
        return conversation_id

    async def _continued(self, chat_id: UUID, conversation_id: UUID | None) -> UUID:
        if conversation_id is not None:
            touched = (
                update(Conversation)
                .where(Conversation.id == conversation_id, Conversation.chat_id == chat_id)
                .values(updated_at=func.now())
                .returning(Conversation.id)
                .execution_options(synchronize_session=False)
            )
            if (await self._session.execute(touched)).first() is None:
                raise ConversationNotFound
            return conversation_id
        # The chat may be deleted at any moment; locked, it stays until the conversation refers to it.
        chat = select(Chat.id).where(Chat.id == chat_id).with_for_update(read=True, key_share=True)
        if await self._session.scalar(chat) is None:
            raise ChatNotFound
        conversation = Conversation(id=uuid7(), chat_id=chat_id)
        self._session.add(conversation)
        await self._session.flush()
        return conversation.id

    async def delete(self, chat_id: UUID, conversation_id: UUID) -> None:
        """Delete a conversation with its turns.

        Raises:
            ConversationNotFound: there is no such conversation about this chat.
        """
        found = delete(Conversation).where(Conversation.id == conversation_id, Conversation.chat_id == chat_id)
        if (await self._session.execute(found.returning(Conversation.id))).first() is None:
            raise ConversationNotFound


def search_text(question: str, earlier: Sequence[EarlierTurn], languages: Sequence[str]) -> str:
    """What to look for: a question that says little by itself is read with those before, back to one that says more."""
    meaningless = stop_words(("en", *languages))

    def content(text: str) -> list[str]:
        return [word for word in words_of(text) if word not in meaningless]

    texts = [question]
    if len(content(question)) < _FEW_WORDS:
        for turn in reversed(earlier):
            texts.insert(0, turn.question)
            names = {name.casefold() for name in _CAPITALISED.findall(turn.question)}
            if len(content(turn.question)) >= _FEW_WORDS or names.intersection(content(turn.question)):
                break
    return " ".join(texts)


def _place(chat_id: UUID, turn_id: UUID) -> bytes:
    return chat_id.bytes + b"turn" + turn_id.bytes
