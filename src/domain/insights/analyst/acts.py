"""What a message can do, and what it can be about, as far as word lists can tell.

An act says what stands in a message, never what somebody feels or is.
"""

from enum import StrEnum


class Act(StrEnum):
    AFFECTION = "affection"
    """Love, missing, endearments."""
    TOUCH = "touch"
    """Hugs, kisses, holding hands."""
    PRAISE = "praise"
    """Well done, proud of you, you are amazing."""
    THANKS = "thanks"
    APOLOGY = "apology"
    SUPPORT = "support"
    """Comfort and encouragement: I'm here, you can do it, that sounds hard."""
    LOYALTY = "loyalty"
    """I've got your back, you can count on me, I trust you."""
    DISTRESS = "distress"
    """Sadness, fear, stress, exhaustion, illness."""
    DISCLOSURE = "disclosure"
    """I feel, I'm afraid, I never told anyone, to be honest."""
    CHECK_IN = "check_in"
    """How are you, did you sleep, did you get home."""
    GREETING = "greeting"
    PROPOSAL = "proposal"
    """Let's, shall we, want to come."""
    TOGETHER = "together"
    """Time for each other: seeing, calling, meeting one another."""
    FUTURE = "future"
    """We will, we are going to, next year."""
    DREAM = "dream"
    """One day we, imagine if, I would love to live in."""
    MEMORY = "memory"
    """Remember when, that time we."""
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    CANCEL = "cancel"
    """Can't make it, have to cancel, running late."""
    OFFER_HELP = "offer_help"
    GIFT = "gift"
    REQUEST = "request"
    """Could you, please send, can you bring."""
    EXPECTATION = "expectation"
    """You should, you must, you have to."""
    PERMISSION = "permission"
    """Can I, is it ok if, do you mind."""
    AUTONOMY = "autonomy"
    """Up to you, your choice, as you like."""
    COMMITMENT = "commitment"
    """I'll do it, on it, I promise."""
    COMPLETION = "completion"
    """Done, sent, fixed, it's booked."""
    UPDATE = "update"
    """For your information, just to let you know, status."""
    BLOCKER = "blocker"
    """Stuck, waiting for, doesn't work."""
    DECISION = "decision"
    """We decided, let's go with, agreed."""
    CLARIFICATION = "clarification"
    """Do you mean, not sure I understand, to clarify."""
    QUESTION_OPEN = "question_open"
    """How come, what do you think, tell me more."""
    LAUGHTER = "laughter"
    TEASE = "tease"
    FLIRT = "flirt"
    SPONTANEITY = "spontaneity"
    """Right now, surprise, out of the blue."""
    POLITENESS = "politeness"
    """Please, would you mind, no problem."""
    HEDGE = "hedge"
    """Maybe, I think, not sure."""
    DISSENT = "dissent"
    """I disagree, I see it differently."""
    CRITICISM = "criticism"
    """About what the other did: you forgot, your fault, how could you."""
    CONTEMPT = "contempt"
    """Belittling: pathetic, grow up, whatever you say."""
    ANGER = "anger"
    """Annoyed, angry, sick of, shut up."""
    DEMAND = "demand"
    """You always, you never, why can't you."""
    WITHDRAWAL = "withdrawal"
    """Leave me alone, forget it, I don't want to talk about it."""
    REPAIR = "repair"
    """My fault, can we talk, let's not fight."""
    FORGIVENESS = "forgiveness"
    """It's ok, don't worry about it, I forgive you."""
    ENTHUSIASM = "enthusiasm"
    """Can't wait, so excited, amazing."""
    CELEBRATION = "celebration"
    """Congratulations, happy birthday, cheers."""
    GOOD_NEWS = "good_news"
    """I got the job, I passed, guess what."""
    DISCRETION = "discretion"
    """Between us, don't tell anyone, your secret."""
    DATE = "date"
    """A day or a time: tomorrow, on Friday, at 8."""

    TRAVEL = "travel"
    HOME = "home"
    MONEY = "money"
    WORK = "work"
    STUDY = "study"
    FAMILY = "family"
    CHILDREN = "children"
    HEALTH = "health"
    FOOD = "food"
    OUTINGS = "outings"
    """Going out and seeing friends."""
    CULTURE = "culture"
    """Films, series, music, books, games."""
    SPORT = "sport"
    CHORES = "chores"
    PUNCTUALITY = "punctuality"
    """Being late, waiting, forgetting a time."""
    ATTENTION = "attention"
    """Answering, reading, being ignored, the telephone."""
    PARTNERSHIP = "partnership"
    """Being a couple: marriage, moving in, anniversaries."""


TOPICS = tuple(act for act in Act if tuple(Act).index(act) >= tuple(Act).index(Act.TRAVEL))
"""What a message is about; the acts before them are what it does."""

NEGATIVE = frozenset({Act.ANGER, Act.CRITICISM, Act.CONTEMPT, Act.DEMAND})
"""Of these, from two people within minutes, friction is made; a message that laughs is none of them."""
REPAIRING = frozenset({Act.REPAIR, Act.APOLOGY})
ACCEPTING_REPAIR = frozenset({Act.FORGIVENESS, Act.REPAIR, Act.APOLOGY, Act.AFFECTION, Act.THANKS, Act.LAUGHTER})
SUPPORTIVE = frozenset({Act.SUPPORT, Act.OFFER_HELP, Act.AFFECTION, Act.TOUCH, Act.CHECK_IN, Act.LOYALTY, Act.PRAISE})
OPENING_UP = frozenset({Act.DISCLOSURE, Act.DISTRESS})
WARM = frozenset({Act.AFFECTION, Act.TOUCH, Act.PRAISE, Act.THANKS, Act.SUPPORT, Act.LOYALTY, Act.CELEBRATION})

NEGATABLE = frozenset(Act) - {
    *TOPICS,
    Act.WITHDRAWAL,
    Act.REFUSAL,
    Act.CANCEL,
    Act.LAUGHTER,
    Act.GREETING,
    Act.DATE,
    Act.QUESTION_OPEN,
    Act.CLARIFICATION,
    Act.POLITENESS,
    Act.APOLOGY,
    Act.THANKS,
    Act.CELEBRATION,
    Act.DISCRETION,
    Act.REQUEST,
    Act.PERMISSION,
    Act.BLOCKER,
    Act.HEDGE,
}
"""Acts that a negation just before (or, in some languages, just after) takes away: "not proud of you"."""


class Pronoun(StrEnum):
    I = "i"  # noqa: E741 - the word itself
    WE = "we"
    YOU = "you"
