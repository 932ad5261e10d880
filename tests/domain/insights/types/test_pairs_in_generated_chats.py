import pytest

from domain.chats.importing.options import ImportOptions
from domain.chats.importing.reader import read_export
from domain.insights.analyst.run import read
from support.drafts import drafted, proven, quoted, unpublished_numbers
from support.generate_export import generate


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    path = tmp_path_factory.mktemp("generated") / "chat.txt"
    generate(path, "android_dmy24", messages=3_000, participants=2, seed=3, days=200)
    return read(read_export(path, ImportOptions()))


@pytest.mark.parametrize(
    "insight_type", ["love_language", "conflict_resolution", "future_planning", "playfulness_romance"]
)
def test_a_generated_chat_is_described_with_proof(generated, insight_type):
    made, content = drafted(insight_type, generated)
    assert made.reason is None
    assert quoted(proven(content, generated.transcript)) == quoted(content)
    assert unpublished_numbers(made, content, generated.transcript.participants) == set()
    assert content.overall.components
