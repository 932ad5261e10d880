import pytest

from domain.chats.importing.options import ImportOptions
from domain.chats.importing.reader import read_export
from domain.insights.analyst.run import read
from support.drafts import drafted, proven, quoted, unpublished_numbers
from support.generate_export import generate


def generated(tmp_path, participants):
    path = tmp_path / "chat.txt"
    generate(path, "android_dmy24", messages=3_000, seed=3, participants=participants, days=300)
    return read(read_export(path, ImportOptions()))


@pytest.mark.parametrize(
    ("insight_type", "participants"),
    [
        ("friendship_trust_loyalty", 2),
        ("friendship_support_dynamics", 2),
        ("friendship_vitality", 2),
        ("family_dynamics", 2),
        ("family_dynamics", 6),
    ],
)
def test_a_generated_chat_is_described_with_proof(tmp_path, insight_type, participants):
    tagged = generated(tmp_path, participants)
    made, content = drafted(insight_type, tagged)
    assert content is not None, made.reason
    assert quoted(proven(content, tagged.transcript)) == quoted(content)
    assert unpublished_numbers(made, content, tagged.transcript.participants) == set()
