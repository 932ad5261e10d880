import pytest

from domain.chats.importing.options import ImportOptions
from domain.chats.importing.reader import read_export
from domain.insights.analyst.run import read
from support.drafts import drafted, proven, quoted, unpublished_numbers
from support.generate_export import generate


@pytest.fixture(scope="module", params=[2, 6])
def generated(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("work") / "chat.txt"
    generate(path, "android_dmy24", messages=3_000, seed=3, participants=request.param, days=300)
    return read(read_export(path, ImportOptions()))


@pytest.mark.parametrize(
    "insight_type", ["workplace_communication", "workplace_collaboration", "workplace_relationship_health"]
)
def test_a_generated_chat_is_described_with_proof(generated, insight_type):
    made, content = drafted(insight_type, generated)
    assert content is not None, made.reason
    assert quoted(proven(content, generated.transcript)) == quoted(content)
    assert unpublished_numbers(made, content, generated.transcript.participants) == set()
