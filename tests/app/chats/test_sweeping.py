import os
from uuid import uuid4

from support.waiting import eventually

DAY_S = 86_400


def age(path):
    stat = path.stat()
    os.utime(path, (stat.st_atime - DAY_S, stat.st_mtime - DAY_S))


async def test_uploads_that_no_import_waits_for_are_swept(uploads, waiting_chat):
    kept_for = str(await waiting_chat())
    orphan, part, young, waiting, foreign = (
        uploads / name for name in (str(uuid4()), f"{uuid4()}#1", str(uuid4()), kept_for, "notes.txt")
    )
    for path in (waiting, young, foreign, part, orphan):
        path.write_bytes(b"export")
    for path in (waiting, foreign, part, orphan):
        age(path)

    await eventually(lambda: not orphan.exists() and not part.exists())
    assert waiting.exists()
    assert young.exists()
    foreign.unlink()
    waiting.unlink()
    young.unlink()
