import json
from pathlib import Path

import pytest

from domain.chats.importing.reader import ImportOptions, read_export
from support.imported_rows import rows_of

CASES = sorted((Path(__file__).parents[3] / "data" / "imports").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_comes_out_as_expected(case):
    (export,) = (path for path in case.iterdir() if path.name != "expected.json")
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))

    rows = rows_of(read_export(export, ImportOptions()))

    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        compared = {key for key, value in wanted.items() if key != "text" or value is not None}
        assert {key: row[key] for key in compared} == {key: wanted[key] for key in compared}
