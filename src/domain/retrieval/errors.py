"""Why a chat cannot be searched yet."""

from domain.errors import Conflict, Unavailable


class ChatIndexing(Conflict):
    code = "chat_indexing"
    detail = "The chat is being indexed. Ask again in a moment."


class ChatNotIndexed(Unavailable):
    code = "chat_not_indexed"
    detail = "The chat could not be indexed. It is being tried again."
