from uuid import UUID, uuid4

import pytest

from support.asking import searchable
from support.exports import whatsapp

EXPORT = b"""\
13/07/2023, 09:00 - Messages and calls are end-to-end encrypted. Tap to learn more.
13/07/2023, 09:01 - Ann: The ferry to Rosslare leaves at seven
13/07/2023, 09:02 - Bob: Then let us take the early train
14/07/2023, 10:00 - Ann: <Media omitted>
14/07/2023, 23:59 - Bob: The ferry was late, and so cold
15/07/2023, 00:00 - Ann: Next year no ferry, please
15/07/2023, 12:00 - Bob: IMG-20230714-WA0004.jpg (file attached)
our ferry at the pier
"""


@pytest.fixture(scope="module")
async def client(stack):
    """One user for all tests of the module."""
    async with stack.client(f"user_{uuid4().hex}") as client:
        yield client


@pytest.fixture(scope="module")
async def chat_id(client):
    """A chat that tests only read."""
    return await searchable(client, EXPORT)


@pytest.fixture
async def own_chat_id(client):
    """A chat whose index a test may lose."""
    return await searchable(client, EXPORT)


@pytest.fixture
def search(client, chat_id):
    async def search(**query):
        answer = await client.get(f"/api/chats/{chat_id}/search", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    return search


def positions(found):
    return [result["position"] for result in found]


async def test_what_is_looked_for_comes_first_with_its_neighbours(client, chat_id, search):
    messages = (await client.get(f"/api/chats/{chat_id}/messages")).json()

    found = await search(q="early train")

    assert found[0]["position"] == 2
    assert [found[0][name] for name in ("before", "message", "after")] == messages[1:4]
    scores = [result["score"] for result in found]
    assert scores == sorted(scores, reverse=True)
    [last] = [result for result in await search(q="our ferry") if result["position"] == 6]
    assert last["after"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sender": "Ann"}, {1, 5}),
        ({"kind": "media"}, {6}),
        ({"from": "2023-07-14", "to": "2023-07-14"}, {4}),
        ({"from": "2023-07-14T23:59:30"}, {5, 6}),
        ({"to": "2023-07-13"}, {1}),
        ({"sender": "Bob", "from": "2023-07-15"}, {6}),
        ({"kind": "system"}, set()),
        ({"from": "2024-01-01"}, set()),
    ],
    ids=str,
)
async def test_what_is_found_meets_every_filter(search, query, expected):
    everything = {1, 2, 4, 5, 6}
    found = set(positions(await search(q="ferry", **query)))

    assert found >= expected
    listed = set(positions(await search(**query)))
    assert found == listed & everything


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6]),
        ({"q": "  ", "limit": 3}, [0, 1, 2]),
        ({"sender": "Ann"}, [1, 3, 5]),
        ({"kind": "system"}, [0]),
        ({"kind": "media"}, [3, 6]),
        ({"from": "2023-07-14", "to": "2023-07-14"}, [3, 4]),
        ({"from": "2023-07-15T00:00:00"}, [5, 6]),
        ({"to": "2023-07-13T09:01:00Z"}, [0, 1]),
    ],
    ids=str,
)
async def test_without_words_messages_are_listed_by_position(search, query, expected):
    found = await search(**query)

    assert positions(found) == expected
    assert {result["score"] for result in found} == {None}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": 0}, "invalid_request"),
        ({"limit": 101}, "invalid_request"),
        ({"kind": "song"}, "invalid_request"),
        ({"q": "x" * 1001}, "invalid_request"),
        ({"sender": "Carol"}, "unknown_participant"),
        ({"from": "yesterday"}, "date_malformed"),
        ({"to": "2023-02-30"}, "date_malformed"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "date_malformed"),
    ],
    ids=str,
)
async def test_what_is_out_of_range_is_refused(client, chat_id, query, code, is_problem):
    assert is_problem(await client.get(f"/api/chats/{chat_id}/search", params=query), 422, code)


async def test_another_users_chat_is_as_absent_as_none(stranger, chat_id, is_problem):
    assert is_problem(await stranger.get(f"/api/chats/{chat_id}/search"), 404, "chat_not_found")
    assert is_problem(await stranger.get(f"/api/chats/{chat_id}/search?q=x"), 404, "chat_not_found")


async def test_a_chat_that_is_not_indexed_says_so_and_can_be_waited_for(
    client, own_chat_id, database, paused_worker, is_problem
):
    retired = "UPDATE chat_index SET state = 'retired', retired_at = now() WHERE chat_id = $1"
    await database.execute(retired, UUID(own_chat_id))
    path = f"/api/chats/{own_chat_id}/search"
    with paused_worker():
        answer = await client.get(path, params={"q": "ferry"})
        assert is_problem(answer, 409, "chat_indexing")
        assert int(answer.headers["Retry-After"]) > 0
        assert len((await client.get(path)).json()["results"]) == 7

    answer = await client.get(path, params={"q": "ferry"}, headers={"Prefer": "wait=60"})
    assert answer.status_code == 200


async def test_filters_find_what_stands_far_below_the_best(client):
    texts = [("Ann", "the ferry is here again")] * 700 + [("Bob", "a ferry")] + [("Ann", "ferry, ferry, ferry")] * 20
    chat_id = await searchable(client, whatsapp(*texts))

    answer = await client.get(f"/api/chats/{chat_id}/search", params={"q": "the ferry is here", "sender": "Bob"})

    assert positions(answer.json()["results"]) == [700]


async def test_a_chat_that_cannot_be_read_yet_is_not_searched(client, paused_worker, is_problem):
    with paused_worker():
        answer = await client.post(
            "/api/chats/upload", files={"file": ("_chat.txt", EXPORT)}, headers={"Prefer": "wait=0"}
        )
        path = f"/api/chats/{answer.json()['chat_id']}/search"
        assert is_problem(await client.get(path), 409, "chat_not_ready")
