import pytest

from domain.insights.analyst.acts import OPENING_UP, Act
from domain.insights.analyst.closeness import AFFECTIONATE
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, quoted, sample, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "emotional_intimacy"
WARM = [
    "Ann: I'm so stressed about the exam, I feel like I know nothing",
    "Ben +4m: oh no, I'm here for you, you can do it",
    "Ann: thank you, I love you so much",
    "Ben +3h: I'm exhausted after work, what a hard day",
    "Ann +4m: that sounds hard, can I help with dinner for us?",
    "Ben: miss you, you're the best",
    "Ann +2h: did you sleep at all?",
    "Ben: a bit, and how are you doing?",
]
ABROAD = {
    "es": [
        "Ana: estoy muy triste y me siento sola en esta ciudad",
        "Beto +3m: tranquila, estoy aquí contigo y todo va a salir bien",
        "Ana: muchas gracias, te quiero mucho mi amor",
        "Beto +2h: estoy agotado del trabajo y no puedo más con esto",
        "Ana +3m: ánimo, cuenta conmigo para lo que sea, un abrazo",
        "Beto: eres la mejor, te echo de menos, ¿qué tal estás?",
    ],
    "pt": [
        "Ana: estou muito triste e me sinto sozinha nesta cidade",
        "Beto +3m: calma, estou aqui com você e vai dar tudo certo",
        "Ana: muito obrigada, eu te amo meu amor",
        "Beto +2h: estou exausto do trabalho e não aguento mais isso",
        "Ana +3m: força, conta comigo para o que for, um abraço",
        "Beto: você é a melhor, que saudades de você, como você está?",
    ],
    "de": [
        "Anna: ich bin so traurig und fühle mich allein in dieser Stadt",
        "Ben +3m: Kopf hoch, ich bin für dich da und alles wird gut",
        "Anna: danke dir, ich hab dich lieb",
        "Ben +2h: ich bin total fertig von der Arbeit und kann nicht mehr",
        "Anna +3m: du schaffst das, soll ich dir was kochen? fühl dich gedrückt",
        "Ben: du bist die beste, vermisse dich, wie geht es dir?",
    ],
    "hinglish": [
        "Asha: main bahut pareshan hu aur akeli feel kar rahi hu",
        "Ravi +3m: tension mat le, main hu na, sab theek ho jayega",
        "Asha: shukriya, teri bahut yaad aati hai mujhe",
        "Ravi +2h: aaj main bahut thak gaya hu aur mann nahi lag raha",
        "Asha +3m: chinta mat kar, main tere saath hu, gale lag ja",
        "Ravi: tu best hai, teri yaad aa rahi hai, kaisi hai tu?",
    ],
    "hi": [
        "Asha: मैं बहुत परेशान हूँ और मुझे डर लग रहा है",
        "Ravi +3m: चिंता मत करो, मैं तुम्हारे साथ हूँ, सब ठीक हो जाएगा",
        "Asha: बहुत धन्यवाद, मुझे तुम्हारी याद आती है",
        "Ravi +2h: आज मैं बहुत थक गया हूँ और मन नहीं लग रहा है",
        "Asha +3m: हिम्मत रखो, तुम कर लोगे, मैं तुम्हारे साथ हूँ",
        "Ravi: तुम सबसे अच्छे हो, तुम्हारी याद आ रही है, कैसी हो?",
    ],
}
DRY = ["Ann: the train is at the station now", "Ben: I am at the office with the others", "Ann: what is for dinner?"]


@pytest.fixture(scope="module")
def warm():
    return described(NAME, read(chat(*repeated(WARM, 12))))


def test_every_line_carries_the_act_that_it_proves():
    _, content = drafted(NAME, sample())
    view = View(sample())
    for person in content.vulnerability_expression.participants:
        for quote in person.evidence:
            assert view.has(quote.positions[0], OPENING_UP)
            assert view.speaker(quote.positions[0]) == person.name
    for line in content.affection_expression.evidence:
        assert view.has(line.positions[0], AFFECTIONATE)
    for quote in content.emotional_checkins.evidence:
        assert view.has(quote.positions[0], Act.CHECK_IN)


def test_a_warm_chat_scores_high_both_ways(warm):
    _, made, content = warm
    assert content.overall_intimacy_assessment.score >= 8
    assert "about equally often (100 and 100 %)" in content.emotional_support_patterns.reciprocity_assessment
    assert {person.vulnerability_level for person in content.vulnerability_expression.participants} == {"high"}
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()
    assert not content.conflict_and_repair.conflict_present


def test_support_is_shown_with_what_it_answers(warm):
    tagged, _, content = warm
    view = View(tagged)
    for shown in content.emotional_support_patterns.evidence:
        cue, reply = (line.positions[0] for line in shown.exchange)
        assert view.sender(cue) != view.sender(reply)
        assert view.has(cue, OPENING_UP)
        assert view.time(reply) - view.time(cue) == 240


def test_the_support_of_each_is_told_with_its_lag(warm):
    _, made, _ = warm
    measures = {measure.name: measure for measure in made.basis.measures}
    assert measures["support.rate:Ben"].value == 100
    assert measures["support.lag:Ben"].value == 240


def test_friction_is_told_with_its_repair():
    lines = [
        *repeated(WARM, 12),
        "Ann +1d: you never listen to me",
        "Ben: that's not fair",
        "Ben +10m: I'm sorry, I was wrong",
        "Ann: it's ok",
    ]
    _, content = drafted(NAME, read(chat(*lines)))
    assert content.conflict_and_repair.conflict_present
    assert "10 minutes" in content.conflict_and_repair.description
    assert "An apology" in content.conflict_and_repair.repair_patterns


def test_nothing_is_guessed_where_nobody_opens_up():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 60))))
    assert content is None
    assert made.reason
    assert made.basis.measures == []


@pytest.mark.parametrize("language", ABROAD)
def test_other_languages_are_read_with_less_confidence(language):
    tagged = read(chat(*repeated(ABROAD[language], 12)))
    assert [entry.language for entry in tagged.statistics.languages] == [language]
    made, content = drafted(NAME, tagged)
    assert content is not None, made.reason
    assert content.emotional_support_patterns.evidence
    assert content.overall_intimacy_assessment.score >= 7
    assert 0.5 <= made.basis.confidence.language < 1


def test_groups_are_not_described():
    made, _ = drafted(NAME, read(chat(*repeated([*WARM, "Cem: so what do we all do now"], 12))))
    assert made.content is None


def test_retrieved_messages_are_preferred_among_equals(warm):
    tagged, _, _ = warm
    positions = [position for position in View(tagged).positions(Act.CHECK_IN) if View(tagged).sender(position) == 0]
    _, content = drafted(NAME, tagged, found=positions[5:6])
    assert positions[5] in quoted(content.emotional_checkins)
