from msgspec.structs import fields

from domain.chats.statistics import model
from domain.chats.statistics.definitions import VERSION, definitions
from domain.chats.statistics.model import Parameters, Statistics

FIELDS_OF = {
    "user_stats": model.UserStatistics,
    "user_stats.turn_taking": model.TurnTaking,
    "user_stats.turn_taking.response_time": model.ResponseTime,
    "user_stats.text_messages": model.TextMessages,
    "sessions": model.Sessions,
    "balance": model.Balance,
    "streaks": model.Streaks,
    "timeline": model.Timeline,
    "style_matching": model.StyleMatching,
}


def test_every_published_name_is_defined_once():
    published = [field.name for field in fields(Statistics)]
    published += [f"{name}.{field.name}" for name, struct in FIELDS_OF.items() for field in fields(struct)]
    assert sorted(entry.name for entry in definitions().definitions) == sorted(published)


def test_definitions_name_their_version_and_only_known_parameters():
    known = {field.name for field in fields(Parameters)}
    assert definitions().definitions_version == VERSION
    assert {name for entry in definitions().definitions for name in entry.parameters} == known
