import msgspec
import pytest
from tests.domain.chats.statistics.chats import transcript

from domain.chats.statistics.compute import compute
from domain.chats.statistics.model import Statistics
from domain.chats.statistics.public import initials, shared_view


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["Alice Smith", "Bob"], ["AS", "B"]),
        (["Alice Smith", "Anna Maria Schmidt", "Bob"], ["AS1", "AS2", "B"]),
        (["Élodie", "E\u0301mile", "Дмитрий", "李雷", "रवि कुमार"], ["É1", "É2", "Д", "李", "रक"]),
        (["+44 7700 900123", "❤️", "🎸 7", ""], ["#1", "#2", "#3", "#4"]),
        (["+44 7700 900123", "Plumber +44 7700"], ["#", "P"]),
        (["O'Neill", "Ravi 🎸", "Maria-José", "Team Lead (Ops)"], ["O", "R", "MJ", "TO"]),
    ],
)
def test_initials(names, labels):
    assert initials(names) == dict(zip(names, labels, strict=True))


def test_shared_view_holds_no_names_words_links_or_messages():
    statistics = compute(
        transcript(
            [
                ("2024-01-01T10:00", "Alice", "topsecret dinner https://private.example ❤️"),
                ("2024-01-01T10:05", "+44 7700 900123", "confidential"),
                ("2024-01-01T10:06", "Charlie", "confidential"),
                ("2024-01-02T10:06", "Alice", "confidential"),
            ]
        )
    )
    assert statistics.longest_silence.broken_by == "Alice"
    assert [(pair.replied_to, pair.replier) for pair in statistics.reply_network] == [
        ("Alice", "+44 7700 900123"),
        ("+44 7700 900123", "Charlie"),
    ]
    stored = msgspec.to_builtins(statistics)
    view = msgspec.convert(shared_view(stored, initials(["Alice", "+44 7700 900123", "Charlie"])), Statistics)
    text = msgspec.json.encode(view).decode()
    assert not any(
        secret in text for secret in ("Alice", "Charlie", "7700", "secret", "dinner", "private", "confidential")
    )
    assert list(view.user_stats) == ["A", "#", "C"]
    assert view.longest_silence.broken_by == "A"
    assert [(pair.replied_to, pair.replier) for pair in view.reply_network] == [("A", "#"), ("#", "C")]
    assert (view.total_words, view.links_shared_count, view.top_emojis) == (5, 1, statistics.top_emojis)
    assert view.user_stats["A"].longest_message.char_count == 43
    assert view.user_stats["A"].longest_message.message == ""


def test_shared_view_does_not_fall_back_to_a_name_without_a_label():
    statistics = compute(transcript([("2024-01-01T10:00", "Alice", "hi")]))
    with pytest.raises(KeyError):
        shared_view(msgspec.to_builtins(statistics), {})


def test_statistics_of_an_earlier_version_are_shared_as_far_as_they_go():
    stored = msgspec.to_builtins(compute(transcript([("2024-01-01T10:00", "Alice", "topsecret")])))
    for added in ("sessions", "longest_silence", "reply_network", "timeline"):
        del stored[added]
    view = shared_view(stored, {"Alice": "A"})
    assert (view["total_messages"], list(view["user_stats"])) == (1, ["A"])
    assert "topsecret" not in str(view)
