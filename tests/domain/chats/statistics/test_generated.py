import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.domain.chats.statistics import twin

from domain.chats.importing.reader import ImportOptions, read_export
from domain.chats.statistics.compute import compute
from domain.chats.statistics.model import DEFAULTS

GENERATOR = Path(__file__).parents[3] / "support" / "generate_export.py"


@pytest.fixture(scope="module", params=["android_us12", "android_dmy24", "android_in12", "ios_us12", "ios_de24"])
def generated(request, tmp_path_factory):
    """The transcript of a generated export and what its generator counted."""
    path = tmp_path_factory.mktemp("generated") / "chat.txt"
    size = ["--messages", "600", "--days", "16", "--participants", "5"]
    subprocess.run(
        [sys.executable, GENERATOR, *size, "--layout", request.param, "--out", path], check=True, capture_output=True
    )
    counted = json.loads(path.with_name("chat.txt.meta.json").read_text(encoding="utf-8"))
    return read_export(path, ImportOptions()), counted


def test_counts_are_those_of_the_generator(generated):
    transcript, counted = generated
    statistics = compute(transcript)
    assert statistics.total_messages == counted["messages"] - counted["kinds"]["system"]
    assert statistics.media_shared_count == counted["kinds"]["media"]
    assert statistics.deleted_messages_count == counted["kinds"]["deleted"]
    assert {name: user.message_count for name, user in statistics.user_stats.items()} == counted["per_sender"]


def test_both_implementations_agree(generated):
    transcript, _ = generated
    assert compute(transcript) == twin.statistics(transcript, DEFAULTS)
