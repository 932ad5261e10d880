import pytest

from domain.insights.types import KINDS
from support.drafts import drafted, proven, quoted, sample, unpublished_numbers


@pytest.mark.parametrize("name", KINDS)
def test_the_sample_chat_is_described_with_proof_and_twice_alike(name):
    made, content = drafted(name, sample())
    assert quoted(content)
    assert quoted(proven(content, sample().transcript)) == quoted(content)
    assert unpublished_numbers(made, content, sample().transcript.participants) == set()
    assert drafted(name, sample())[0] == made
