import json
from collections import Counter
from pathlib import Path

import pytest

from domain.chats.importing.reader import ImportOptions, read_export
from support.generate_export import LAYOUTS, generate
from support.imported_rows import rows_of


@pytest.mark.parametrize("participants", [2, 8, 9, 16, 24])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_generated_row_is_the_truth(tmp_path: Path, layout: str, participants: int):
    export, truth = tmp_path / "chat.txt", tmp_path / "truth.jsonl"
    generate(export, layout, messages=3000, participants=participants, truth=str(truth))

    transcript = read_export(export, ImportOptions())

    expected = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    found = [{key: row[key] for key in expected[0]} for row in rows_of(transcript)]
    assert found == expected
    counts = Counter(row["kind"] for row in expected)
    counts["text"] += counts["edited"]
    assert {kind: count for kind, count in transcript.report.counts.items() if count} == dict(counts)
    assert transcript.report.lines_not_understood == 0
    assert transcript.report.headers_back_in_time == 0
    assert transcript.report.languages == ["en"]
    assert transcript.report.date_order.confidence == "certain"


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    export = tmp_path / "chat.txt"
    generate(export, "ios_us12", messages=2000, participants=9)
    whole = rows_of(read_export(export, ImportOptions()))

    monkeypatch.setattr("domain.chats.importing.decoding.BLOCK_BYTES", 300)

    assert rows_of(read_export(export, ImportOptions())) == whole
