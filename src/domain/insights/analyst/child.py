"""The process in which one chat's insights are drafted: `python -m domain.insights.analyst.child`.

A process of its own, so that neither its use of the interpreter nor its memory is anybody else's, and at a lower
priority than theirs. It speaks `domain.insights.analyst.protocol` on standard input and output and keeps nothing.
"""

import os
import sys

from domain.childprocess import end_with_parent, where_raised
from domain.frames import frame, read_frame
from domain.insights.analyst.protocol import (
    AnalysisTask,
    Answer,
    Crashed,
    Finished,
    decode_messages,
    decode_task,
    drafted,
    transcript_of,
)
from domain.insights.analyst.run import draft, read
from domain.insights.analyst.tagging import Tagged
from domain.insights.analyst.view import View
from domain.insights.types import KINDS

_NICENESS = 5


def main() -> None:
    os.nice(_NICENESS)
    said = sys.stdin.buffer
    task = decode_task(read_frame(said))
    messages = [message for batch in iter(lambda: decode_messages(read_frame(said)), []) for message in batch]
    end_with_parent()
    tagged = read(transcript_of(task, messages))
    for insight_type in task.insight_types:
        _say(_answer(tagged, task, insight_type))
    _say(Finished())


def _answer(tagged: Tagged, task: AnalysisTask, insight_type: str) -> Answer:
    try:
        return drafted(draft(View(tagged, task.found.get(insight_type, ())), KINDS[insight_type]))
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote the chat
        return Crashed(insight_type, where_raised(error))


def _say(answer: Answer) -> None:
    sys.stdout.buffer.write(frame(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
