from msgspec.structs import fields

from domain.chats.statistics.definitions import VERSION, definitions
from domain.chats.statistics.model import Parameters, Statistics, UserStatistics


def test_every_published_name_is_defined_once():
    published = [field.name for field in fields(Statistics)]
    published += [f"user_stats.{field.name}" for field in fields(UserStatistics)]
    assert sorted(entry.name for entry in definitions().definitions) == sorted(published)


def test_definitions_name_their_version_and_only_known_parameters():
    known = {field.name for field in fields(Parameters)}
    assert definitions().definitions_version == VERSION
    assert {name for entry in definitions().definitions for name in entry.parameters} == known
