import pytest

from domain.chats.importing.options import ImportOptions
from domain.chats.importing.reader import read_export
from domain.insights.analyst.run import read
from domain.insights.types import KINDS
from support.drafts import drafted, proven, quoted, unpublished_numbers
from support.generate_export import generate

FOR_GROUPS = [name for name in KINDS if name.startswith(("family_", "workplace_")) or name == "communication_basics"]
DESCRIBED = {2: KINDS.keys() - {"emotional_intimacy"}, 6: set(FOR_GROUPS)}  # the texts hold next to no hard times


@pytest.fixture(scope="module", params=[2, 6])
def generated(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("generated") / "chat.txt"
    generate(path, "android_dmy24", messages=3_000, seed=3, participants=request.param, days=300)
    return read(read_export(path, ImportOptions()))


@pytest.mark.parametrize("name", KINDS)
def test_a_chat_is_described_with_proof_or_it_is_said_why_not(generated, name):
    names = generated.transcript.participants
    made, content = drafted(name, generated)
    assert (content is None) == bool(made.reason) == (name not in DESCRIBED[len(names)])
    if content is not None:
        assert quoted(proven(content, generated.transcript)) == quoted(content)
        assert unpublished_numbers(made, content, names) == set()
