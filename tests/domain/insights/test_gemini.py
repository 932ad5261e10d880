import asyncio
import json
import time
from contextlib import aclosing
from copy import deepcopy
from types import SimpleNamespace

import msgspec
import pytest

from domain.chats.sealing import Profile
from domain.insights.drafts import Basis, Confidence, Draft
from domain.insights.gemini import GeminiGenerator
from domain.insights.generator import Made, Material
from domain.retrieval.options import AnswererOptions
from fakes.gemini import FakeGemini
from fakes.insights import M1, M2, M3, MEASURES, NAMES, TEXTS, Content, draft, line, message, reply

TYPES = ["one", "two", "three", "four", "five", "six"]
MODEL = "a-model"
BASIS = Basis(
    confidence=Confidence(data=1, coverage=0.5, language=1), method="Counted.", measures=MEASURES, sources=["A list"]
)
NONE_LEFT = [(503, {"Retry-After": "0"})] * 3


class Analyst:
    """Gives the same draft of every type."""

    def __init__(self):
        self.content = draft()

    async def drafts(self, material):
        for name in material.insight_types:
            content = msgspec.Raw(msgspec.json.encode(self.content)) if self.content else None
            reason = None if content else "Too few messages."
            yield Draft(insight_type=name, content=content, reason=reason, basis=BASIS, positions=[3])


class Lookup:
    def __init__(self):
        self.texts = dict(TEXTS)
        self.asked = []

    async def quoted(self, chat, positions):
        self.asked.append(set(positions))
        return [message(position, self.texts[position]) for position in sorted(positions) if position in self.texts]

    async def times(self, chat_id, message_count):
        return [(0, 1_700_000_000), (3, 1_700_500_000), (6, 1_701_000_000)]


@pytest.fixture
async def gemini():
    async with FakeGemini() as gemini:
        gemini.usage = 1_200
        yield gemini


@pytest.fixture
def lookup():
    return Lookup()


@pytest.fixture
def analyst():
    return Analyst()


@pytest.fixture
async def generator(gemini, lookup, analyst):
    options = AnswererOptions(api_key="key", base_url=gemini.url, model=MODEL)
    kinds = {name: SimpleNamespace(content=Content, instruction=f"Write about {name}.") for name in TYPES}
    generator = GeminiGenerator(options, analyst, lookup, kinds, timeout_s=3)
    yield generator
    await generator.close()


def material(*types):
    row = SimpleNamespace(id=1, message_count=7)
    chat = SimpleNamespace(row=row, profile=Profile(None, NAMES, utc=False))
    return Material(chat=chat, insight_types=types, found={name: [5] for name in types}, chunks={})


@pytest.fixture
def make(generator, gemini):
    """The insight of one type that Gemini's answers make."""

    async def make(*replies):
        gemini.replies += replies
        [made] = [made async for made in generator.generate(material("one"))]
        assert made.model == MODEL
        assert not gemini.replies
        assert not gemini.failures
        return made

    return make


def given_to(prompt):
    """(instruction, what was asked, what was said of an earlier answer)"""
    first, *complaints = [part["text"] for part in prompt["contents"][0]["parts"]]
    return prompt["systemInstruction"]["parts"][0]["text"], json.loads(first), complaints


def changed(**parts):
    return deepcopy(reply()) | parts


def invented():
    return changed(
        moments=[{"moment_title": "No", "why_special": "No.", "exchange": [line(n, "No way!") for n in TEXTS]}]
    )


async def test_an_insight_is_made_of_the_drafts_numbers_and_geminis_words(make):
    made = await make(reply())

    content = msgspec.json.decode(made.content, type=Content)
    assert content.overall.score == 7
    assert content.overall.summary == f"They made {M3} plans."
    assert [one.speaker for one in content.moments[0].exchange] == ["Ann"]
    assert (made.insight_type, made.error_code, made.another_try, made.tokens) == ("one", None, False, 1_200)
    assert made.elapsed_ms > 0
    assert made.basis.measures == MEASURES
    assert made.basis.method.startswith("Counted. a-model ")


async def test_gemini_is_asked_for_the_types_shape_with_the_chat_as_data(make, gemini):
    await make(reply())

    [prompt] = gemini.prompts
    instruction, asked, complaints = given_to(prompt)
    assert "never an instruction" in instruction
    assert instruction.endswith("Write about one.")
    assert "HACKED" not in instruction
    assert [entry["text"] for entry in asked["messages"]] == list(TEXTS.values())
    assert asked["period"] == ["2023-11-14", "2023-11-26"]
    assert [entry["reads"] for entry in asked["measures"]] == [M1, M2, M3]
    assert complaints == []
    config = prompt["generationConfig"]
    assert config["temperature"] <= 0.3
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"]["required"] == list(Content.__struct_fields__)


async def test_what_gemini_cites_is_read_again(make, lookup):
    await make(reply())

    assert lookup.asked[-1] == {1, 2, 3, 5}


async def test_a_message_that_was_not_shown_proves_nothing(make, lookup):
    lookup.texts |= dict.fromkeys(range(900, 910), "elsewhere")
    elsewhere = [line(number, "elsewhere") for number in range(900, 910)]
    given = changed(moments=[{"moment_title": "No", "why_special": "No.", "exchange": elsewhere}])

    assert (await make(given, given)).error_code == "generation_unproven"


async def test_an_insufficient_draft_is_insufficient_without_a_call(make, gemini, analyst):
    analyst.content = None

    made = await make()

    assert (made.error_code, made.reason, made.another_try) == ("insufficient_data", "Too few messages.", False)
    assert (made.content, made.tokens, gemini.prompts) == (None, 0, [])


async def test_a_chat_that_is_gone_gives_nothing(make, gemini, lookup):
    lookup.texts.clear()

    assert (await make()).error_code == "generation_unproven"
    assert gemini.prompts == []


@pytest.mark.parametrize(
    ("unusable", "said"),
    [
        (("{", "MAX_TOKENS"), "cut off"),
        ('{"people": {"partic', "does not end"),
        ("I would rather talk.", "JSON"),
        (changed(pace={"rating": "steady", "regular": True}), "`$.pace`"),
        (changed(people="all of them"), "`$.people`"),
        ([], "JSON"),
        (invented(), "letter by letter"),
    ],
    ids=["cut off", "half", "no JSON", "field missing", "wrong type", "no object", "invented"],
)
class TestAnswersThatCannotBeUsed:
    async def test_one_is_repaired(self, make, gemini, unusable, said):
        made = await make(unusable, reply())

        assert made.content is not None
        assert made.tokens == 2_400
        [first, second] = map(given_to, gemini.prompts)
        assert second[:2] == first[:2]
        [complaint] = second[2]
        assert said in complaint
        assert not any(text in complaint for text in ("talk", "all of them", "No way!", *TEXTS.values()))

    async def test_two_are_a_failure(self, make, unusable, said):
        made = await make(unusable, unusable)

        code = "generation_unproven" if said == "letter by letter" else "generation_malformed"
        assert (made.error_code, made.content, made.another_try, made.tokens) == (code, None, False, 2_400)


@pytest.mark.parametrize(
    "held_back",
    [None, ("", "SAFETY"), ("{}", "RECITATION"), "", " "],
    ids=["prompt", "answer", "text", "empty", "blank"],
)
async def test_what_was_held_back_is_asked_for_once(make, gemini, held_back):
    made = await make(held_back)

    assert (made.error_code, made.content, made.another_try) == ("generation_blocked", None, False)
    assert len(gemini.prompts) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_is_final(make, gemini, status):
    gemini.failures.append(status)

    made = await make()

    assert (made.error_code, made.another_try, made.tokens) == ("provider_refused", False, 0)


@pytest.mark.parametrize(
    "failure",
    [
        (429, {"Retry-After": "1"}),
        (503, {"Retry-After": "1"}),
        (429, [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.05s"}]),
        500,
    ],
    ids=str,
)
async def test_a_short_pause_is_kept_within_the_call(make, gemini, failure):
    gemini.failures.append(failure)
    began = time.monotonic()

    assert (await make(reply())).content is not None
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize(
    ("failures", "retry_after_s"),
    [
        ([(429, {"Retry-After": "600"})], 600),
        ([(429, [{"retryDelay": "34.4s"}])], 34.4),
        ([(503, {"Retry-After": "20"})], 20),
        (NONE_LEFT, 0),
    ],
    ids=["header", "body", "longer than the call", "thrice"],
)
async def test_a_provider_that_stays_busy_is_left_to_a_later_run(make, gemini, failures, retry_after_s):
    gemini.failures += failures

    made = await make()

    assert (made.error_code, made.another_try, made.retry_after_s) == ("provider_unavailable", True, retry_after_s)


async def test_a_repair_may_have_to_wait_too(make, gemini):
    gemini.failures += [200, *NONE_LEFT]

    made = await make("no JSON")

    assert (made.error_code, made.another_try, made.tokens) == ("provider_unavailable", True, 1_200)


async def test_a_gemini_that_is_not_there_is_unavailable(make, gemini):
    gemini._server.close()

    made = await make()

    assert (made.error_code, made.another_try, made.retry_after_s) == ("provider_unavailable", True, None)


async def test_no_error_says_anything_of_the_chat(make, gemini):
    made = await make(invented(), invented())

    assert not any(text in made.reason for text in TEXTS.values())
    assert made.basis == BASIS


async def test_three_calls_are_under_way_at_most(generator, gemini):
    gemini.reply_to = lambda asked: reply()
    gemini.together = asyncio.Barrier(3)

    made = [made async for made in generator.generate(material(*TYPES))]

    assert sorted(one.insight_type for one in made) == sorted(TYPES)
    assert all(one.content for one in made)
    assert gemini.most_under_way == 3


async def test_one_that_hangs_or_fails_harms_no_other_and_each_comes_as_it_is_done(generator, gemini):
    answers = {"one": "hang", "two": None}
    gemini.reply_to = lambda asked: answers.get(given_to(asked)[0].split()[-1].rstrip("."), reply())

    made = [made async for made in generator.generate(material(*TYPES))]

    codes = {one.insight_type: one.error_code for one in made}
    assert codes == dict.fromkeys(TYPES) | {"one": "provider_unavailable", "two": "generation_blocked"}
    assert made[-1].insight_type == "one"
    assert made[-1].another_try


async def test_nothing_goes_on_once_nobody_waits_for_it(generator, gemini):
    gemini.reply_to = lambda asked: "hang" if len(gemini.prompts) > 1 else reply()

    async with aclosing(generator.generate(material(*TYPES))) as making:
        assert isinstance(await anext(making), Made)

    assert not [task for task in asyncio.all_tasks() if "_make" in repr(task.get_coro())]


async def test_a_fault_of_ours_is_raised(generator, lookup):
    async def broken(chat, positions):
        raise ConnectionResetError

    lookup.quoted = broken

    with pytest.raises(ConnectionResetError):
        [made async for made in generator.generate(material(*TYPES))]
