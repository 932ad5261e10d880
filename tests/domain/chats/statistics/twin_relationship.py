"""What the statistics say of a relationship, once more: slow, obvious, written from the definitions."""

import json
import math
import random
import statistics
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from domain.chats.statistics import model
from domain.chats.transcript import Kind

DAY = timedelta(days=1)
FUNCTION_WORDS = {
    category: set(listed.split())
    for category, listed in json.loads(
        Path(model.__file__).with_name("function_words_en.json").read_text(encoding="utf-8")
    )["words"].items()
}


class Turn(NamedTuple):
    sender: str
    start: object
    end: object
    messages: list
    session: int


def minutes(number):
    return timedelta(minutes=number)


def seconds(delay):
    return delay // timedelta(seconds=1)


def quantile(values, percent, digits=2):
    values = sorted(values)
    if len(values) < 2:
        return round(float(values[0]), digits) if values else None
    place = (len(values) - 1) * percent / 100
    below = math.floor(place + 1e-9)
    part = round(place - below, 9)
    above = values[min(below + 1, len(values) - 1)]
    return round(values[below] * (1 - part) + above * part, digits)


def share(cases):
    cases = list(cases)
    return round(100 * sum(cases) / len(cases), 2) if cases else None


def proportion(cases):
    cases = list(cases)
    n, k = len(cases), sum(cases)
    if not n:
        return model.Proportion(0, 0, None, None, None)
    z = statistics.NormalDist().inv_cdf(0.975)

    # The bounds are the shares p at which k is z standard errors of p away: (k/n - p)^2 = z^2 p (1 - p) / n.
    a, b, c = 1 + z * z / n, -(2 * k / n + z * z / n), (k / n) ** 2
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    low, high = (max(0.0, min(1.0, (-b + sign * root) / (2 * a))) for sign in (-1, 1))
    return model.Proportion(k, n, round(100 * k / n, 2), round(100 * low, 2), round(100 * high, 2))


# --- turns and sessions


def numbered_turns(sessions):
    return [
        Turn(turn[0].sender, turn[0].when, turn[-1].when, turn, number)
        for number, session in enumerate(sessions)
        for turn in session
    ]


def turn_taking(twin, name):
    turns, parameters = numbered_turns(twin.sessions), twin.parameters
    own = [turn for turn in turns if turn.sender == name]
    double_texts = sum(
        after.when - before.when >= minutes(parameters.double_text_minutes)
        for turn in own
        for before, after in pairwise(turn.messages)
    )
    return model.TurnTaking(
        turns=len(own),
        initiations=proportion(session[0][0].sender == name for session in twin.sessions),
        endings=proportion(session[-1][-1].sender == name for session in twin.sessions),
        response_time=response_time(twin, name, turns),
        unanswered=proportion(
            told for turn in own if (told := unanswered(turn, twin.messages, parameters)) is not None
        ),
        double_texts=double_texts,
        double_texts_per_100_turns=round(100 * double_texts / len(own), 2) if own else None,
    )


def response_time(twin, name, turns):
    window = minutes(twin.parameters.response_window_minutes)
    overnight_window = minutes(twin.parameters.overnight_window_minutes)
    delays, overnight = [], []
    for before, turn in pairwise(turns):
        delay = turn.start - before.end
        if turn.sender != name or before.sender == name:
            continue
        if before.session == turn.session and delay <= window:
            delays.append(seconds(delay))
        at_night = before.end.hour >= 21 or before.end.hour <= 2
        if at_night and 6 <= turn.start.hour <= 11 and window < delay <= overnight_window:
            overnight.append(seconds(delay))
    return model.ResponseTime(
        n=len(delays),
        median_seconds=quantile(delays, 50),
        p25_seconds=quantile(delays, 25),
        p75_seconds=quantile(delays, 75),
        p90_seconds=quantile(delays, 90),
        mean_seconds=round(sum(delays) / len(delays), 2) if delays else None,
        percent_within_1_minute=share(delay <= 60 for delay in delays),
        percent_within_5_minutes=share(delay <= 300 for delay in delays),
        percent_within_60_minutes=share(delay <= 3_600 for delay in delays),
        overnight=model.OvernightReplies(n=len(overnight), median_seconds=quantile(overnight, 50)),
    )


def unanswered(turn, messages, parameters):
    """None where the chat ends before it is known."""
    window = minutes(parameters.answer_window_minutes)
    after = messages[[message is turn.messages[-1] for message in messages].index(True) + 1 :]
    if any(message.sender != turn.sender and message.when - turn.end <= window for message in after):
        return False
    return True if messages[-1].when - turn.end >= window else None


def described(session, stamp):
    messages = [message for turn in session for message in turn]
    return model.Session(
        start=stamp(messages[0].when),
        end=stamp(messages[-1].when),
        seconds=seconds(messages[-1].when - messages[0].when),
        messages=len(messages),
    )


def sessions(twin, stamp):
    found = [described(session, stamp) for session in twin.sessions]
    short = minutes(twin.parameters.short_session_gap_minutes)
    return model.Sessions(
        count=len(found),
        count_at_short_gap=sum(
            index == 0 or message.when - twin.messages[index - 1].when >= short
            for index, message in enumerate(twin.messages)
        ),
        median_messages=quantile([session.messages for session in found], 50),
        longest_by_time=max(found, key=lambda session: session.seconds, default=None),
        longest_by_messages=max(found, key=lambda session: session.messages, default=None),
    )


def reply_network(twin):
    turns = numbered_turns(twin.sessions)
    if len({turn.sender for turn in turns}) < 3:
        return None
    pairs = [(before.sender, after.sender) for before, after in pairwise(turns) if before.session == after.session]
    found = []
    for one in twin.names:
        for other in twin.names:
            count = pairs.count((one, other))
            if count:
                among_followed = count / sum(before == one for before, _ in pairs)
                others = [after for _, after in pairs if after != one]
                found.append(
                    model.Replies(
                        replied_to=one,
                        replier=other,
                        count=count,
                        lift=round(among_followed / (others.count(other) / len(others)), 4),
                    )
                )
    return sorted(found, key=lambda pair: -pair.count)[: twin.parameters.reply_pairs]


# --- balance and rhythm


def balanced(counts):
    counts = list(counts)
    if len(counts) < 2 or sum(counts) == 0:
        return model.Balanced(evenness=None, reciprocity=None)
    entropy = -sum(count / sum(counts) * math.log(count / sum(counts)) for count in counts if count)
    low, high = min(counts), max(counts)
    return model.Balanced(
        evenness=round(entropy / math.log(len(counts)), 4),
        reciprocity=round(1 - (high - low) / (high + low), 4) if len(counts) == 2 else None,
    )


def balance(users):
    return model.Balance(
        messages=balanced(user.message_count for user in users),
        words=balanced(user.word_count_all for user in users),
        turns=balanced(user.turn_taking.turns for user in users),
    )


def streaks(messages):
    days = sorted({message.when.date() for message in messages})
    runs = [
        [day for _, day in run]
        for _, run in groupby(enumerate(days), key=lambda entry: entry[1].toordinal() - entry[0])
    ]
    found = [model.DayRun(start=str(run[0]), end=str(run[-1]), days=len(run)) for run in runs]
    writers = [{message.sender for message in messages if message.when.date() == day} for day in days]
    return model.Streaks(
        active_days=len(days),
        shared_days=sum(len(names) >= 2 for names in writers),
        longest=max(found, key=lambda run: run.days, default=None),
        last=found[-1] if found else None,
    )


def longest_silence(messages, stamp):
    found = [
        model.Silence(
            start=stamp(before.when),
            end=stamp(after.when),
            seconds=seconds(after.when - before.when),
            broken_by=after.sender,
        )
        for before, after in pairwise(messages)
    ]
    return max(found, key=lambda silence: silence.seconds, default=None)


def week_of(day):
    return "{:04}-W{:02}".format(*day.isocalendar()[:2])


def month_of(day):
    return f"{day.year:04}-{day.month:02}"


def labels(messages, label_of, size):
    """The periods that are listed, by label, from every day of the chat."""
    if not messages:
        return []
    first, last = messages[0].when.date(), messages[-1].when.date()
    every = (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))
    return [label for label, _ in groupby(every, key=label_of)][-size:]


def periods(messages, label_of, size):
    listed = labels(messages, label_of, size)
    if not listed:
        return model.Periods(first=None, messages=[], first_incomplete=False, last_incomplete=False)
    first, last = messages[0].when.date(), messages[-1].when.date()
    return model.Periods(
        first=listed[0],
        messages=by_period(messages, label_of, listed),
        first_incomplete=label_of(first) == listed[0] == label_of(first - DAY),
        last_incomplete=label_of(last + DAY) == listed[-1],
    )


def by_period(messages, label_of, listed):
    written = [label_of(message.when.date()) for message in messages]
    return [written.count(label) for label in listed]


def timeline(messages, parameters):
    return model.Timeline(
        weeks=periods(messages, week_of, 52 * parameters.timeline_years),
        months=periods(messages, month_of, 12 * parameters.timeline_years),
    )


def messages_by_month(twin, name):
    listed = labels(twin.messages, month_of, 12 * twin.parameters.timeline_years)
    return by_period([message for message in twin.messages if message.sender == name], month_of, listed)


def burstiness(messages):
    gaps = [seconds(after.when - before.when) for before, after in pairwise(messages)]
    if len(gaps) < 2 or not any(gaps):
        return None
    n, r = len(gaps), statistics.pstdev(gaps) / statistics.fmean(gaps)
    above, below = math.sqrt(n + 1), math.sqrt(n - 1)
    return round((above * r - below) / ((above - 2) * r + below), 4)


# --- style


def style_matching(twin):
    parameters = twin.parameters
    english = sum(entry.percent for entry in twin.languages if entry.language == "en")
    if len(twin.names) != 2 or english < parameters.style_min_english_percent:
        return None
    samples = []
    for name in twin.names:
        own = [
            content.words for message, content in twin.contents if message.sender == name and message.kind == Kind.TEXT
        ]
        size = min(len(own), parameters.style_sample_messages)
        samples.append([own[k * len(own) // size] for k in range(size)])
    words = min(sum(map(len, sample)) for sample in samples)
    if words < parameters.style_min_words or min(map(len, samples)) < parameters.style_blocks:
        return None
    cuts = [
        [k * len(sample) // parameters.style_blocks for k in range(parameters.style_blocks + 1)] for sample in samples
    ]
    blocks = [
        [[word for words in sample[start:end] for word in words] for start, end in pairwise(cut)]
        for sample, cut in zip(samples, cuts, strict=True)
    ]
    categories = similarities(*([word for block in side for word in block] for side in blocks))
    score = statistics.fmean(categories.values())
    generator = random.Random(0)
    resampled = []
    for _ in range(parameters.style_resamples):
        drawn = [generator.choices(side, k=len(side)) for side in blocks]
        resampled.append(
            statistics.fmean(similarities(*([word for block in side for word in block] for side in drawn)).values())
        )
    low = min(score, quantile(resampled, 2.5, 4))
    return model.StyleMatching(
        score=round(score, 4),
        score_low=round(low, 4),
        score_high=round(min(1.0, 2 * score - low), 4),
        categories={name: round(value, 4) for name, value in categories.items()},
        words=words,
    )


def similarities(one, other):
    found = {}
    for category, listed in FUNCTION_WORDS.items():
        p, q = (100 * sum(word in listed for word in words) / max(len(words), 1) for words in (one, other))
        found[category] = 1 - abs(p - q) / (p + q + 0.0001)
    return found
