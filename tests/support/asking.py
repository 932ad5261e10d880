"""Asking chats, as clients do."""

import json

from support.exports import imported, whatsapp

PARTY = whatsapp(
    ("Ann", "Shall we plan the surprise party for Carol?"),
    ("Bob", "Yes! I booked the boathouse for it, forty euros a night."),
    ("Ann", "Lovely. The train to Lisbon was late again today."),
    ("Bob", "Mine too. My xylophone teacher waited for an hour."),
    ("Ann", "Since when do you play the xylophone?"),
    ("Bob", "Since April. Anyway, do not tell Carol about the boathouse."),
    ("Ann", "My lips are sealed. Did you water the tomatoes?"),
    ("Bob", "Every evening, and the basil."),
    ("Ann", "<Media omitted>"),
    ("Bob", "What a big cat!"),
)


async def searchable(client, content=PARTY):
    """Upload an export, and return the id of the chat once it is indexed."""
    chat = await imported(client, content)
    answer = await ask(client, chat["chat_id"], "hello", prefer="wait=60")
    assert answer.status_code == 200, answer.text
    return chat["chat_id"]


async def ask(client, chat_id, question, *, path="/api/rag/query", prefer=None, **others):
    headers = {"Prefer": prefer} if prefer else {}
    return await client.post(path, json={"chat_id": chat_id, "question": question, **others}, headers=headers)


async def answered(client, chat_id, question, **others):
    answer = await ask(client, chat_id, question, **others)
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(answer):
    """Server-sent events as (name, data)."""
    found = []
    for block in filter(None, answer.text.split("\r\n\r\n")):
        fields = dict(line.split(": ", 1) for line in block.split("\r\n"))
        found.append((fields["event"], json.loads(fields["data"])))
    return found
