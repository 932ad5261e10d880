"""Definitions of what the statistics say of a relationship: turns, sessions, balance, rhythm and style."""

from domain.chats.statistics.terms import Definition

RELATIONSHIP = (
    Definition(
        "sessions",
        "The sessions of the chat.",
        "object",
    ),
    Definition(
        "sessions.count",
        "Sessions.",
        "sessions",
        ("session_gap_minutes",),
    ),
    Definition(
        "sessions.count_at_short_gap",
        "Sessions, if a gap of short_session_gap_minutes began the next one.",
        "sessions",
        ("short_session_gap_minutes",),
    ),
    Definition(
        "sessions.median_messages",
        "Median of the messages of a session.",
        "messages",
        ("session_gap_minutes",),
    ),
    Definition(
        "sessions.longest_by_time",
        "The session of most seconds from its first message to its last, the earliest of equals; null without "
        "messages.",
        "start, end, seconds, messages",
        ("session_gap_minutes",),
    ),
    Definition(
        "sessions.longest_by_messages",
        "The session of most messages, the earliest of equals; null without messages.",
        "start, end, seconds, messages",
        ("session_gap_minutes",),
    ),
    Definition(
        "balance",
        "How evenly the participants share what is written. evenness: Pielou's, the sum of -p ln p over ln n, "
        "of the shares p of all n participants, those without any included; 1 is even, 0 all of one. "
        "reciprocity: of two participants 1 - |a - b| / (a + b), otherwise null. Both null with one "
        "participant, or where there is nothing to share.",
        "coefficient, 0 to 1",
    ),
    Definition(
        "balance.messages",
        "Of message_count.",
        "coefficient, 0 to 1",
    ),
    Definition(
        "balance.words",
        "Of word_count_all.",
        "coefficient, 0 to 1",
    ),
    Definition(
        "balance.turns",
        "Of turn_taking.turns.",
        "coefficient, 0 to 1",
        ("session_gap_minutes",),
    ),
    Definition(
        "streaks",
        "Days with messages, and runs of them.",
        "object",
    ),
    Definition(
        "streaks.active_days",
        "Days on which anyone wrote.",
        "days",
    ),
    Definition(
        "streaks.shared_days",
        "Days on which two or more wrote.",
        "days",
    ),
    Definition(
        "streaks.longest",
        "The longest run of days on which anyone wrote, the earliest of equals; null without messages.",
        "start, end, days",
    ),
    Definition(
        "streaks.last",
        "The last such run.",
        "start, end, days",
    ),
    Definition(
        "longest_silence",
        "The longest gap, the earliest of equals: from one message to the next, and who broke it by that; "
        "null with fewer than two messages.",
        "start, end, seconds, broken_by",
    ),
    Definition(
        "timeline",
        "Messages by period, from the first period with any to the last, the ones between without any "
        "included; of more than timeline_years, the last timeline_years x 52 weeks and x 12 months. "
        "first_incomplete: the chat begins after the first day of the first period; false where earlier ones "
        "are not listed. last_incomplete: it ends before the last day of the last one.",
        "object",
        ("timeline_years",),
    ),
    Definition(
        "timeline.weeks",
        "By ISO 8601 week, from Monday.",
        "messages",
        ("timeline_years",),
    ),
    Definition(
        "timeline.months",
        "By calendar month.",
        "messages",
        ("timeline_years",),
    ),
    Definition(
        "burstiness",
        "The finite-size burstiness of Kim and Jo (2016): (sqrt(n + 1) r - sqrt(n - 1)) / ((sqrt(n + 1) - 2) "
        "r + sqrt(n - 1)), r being the standard deviation of the n gaps over their mean; -1 regular, 0 "
        "random, 1 bursts. Null with fewer than two gaps, or where no time passes.",
        "coefficient, -1 to 1",
    ),
    Definition(
        "reply_network",
        "Turns that follow a turn of somebody else in the same session, by the pair: replied_to is the sender "
        "of the turn before, replier of the one after. lift: the share of replied_to's followed turns that "
        "replier follows, over replier's share of all following turns that are not replied_to's own; 1 is "
        "independence. The reply_pairs most frequent pairs, equals in the order of participants. Null unless "
        "three or more wrote.",
        "list of replied_to, replier, count, lift",
        (
            "session_gap_minutes",
            "reply_pairs",
        ),
    ),
    Definition(
        "style_matching",
        "Language style matching (Ireland and Pennebaker 2010) of two participants in English. Of "
        "style_sample_messages text messages of each, evenly spread in order of time (index k of n is message "
        "k * all / n, rounded down), p and q are the per cent of either's words that hold a letter which are "
        "in our list of a category of function words. Null unless there are two participants, English is "
        "style_min_english_percent of languages or more, and each has style_min_words such words and "
        "style_blocks such messages.",
        "object",
        (
            "style_sample_messages",
            "style_min_words",
            "style_min_english_percent",
            "style_blocks",
        ),
    ),
    Definition(
        "style_matching.score",
        "Mean of the nine categories, before rounding.",
        "coefficient, 0 to 1",
    ),
    Definition(
        "style_matching.score_low",
        "2.5 % quantile of the scores of style_resamples resamples: each one's sample is cut into "
        "style_blocks runs of messages, of which as many are drawn with replacement by a generator of fixed "
        "seed; at most the score.",
        "coefficient, 0 to 1",
        (
            "style_resamples",
            "style_blocks",
        ),
    ),
    Definition(
        "style_matching.score_high",
        "As far above the score as score_low is below, at most 1: resampling adds noise, which lowers the "
        "score, so that its upper quantiles say nothing.",
        "coefficient, 0 to 1",
        (
            "style_resamples",
            "style_blocks",
        ),
    ),
    Definition(
        "style_matching.categories",
        "1 - |p - q| / (p + q + 0.0001) of each category; a word may be in several.",
        "coefficient, 0 to 1",
    ),
    Definition(
        "style_matching.words",
        "The words counted of the participant with fewer.",
        "words",
        ("style_sample_messages",),
    ),
    Definition(
        "user_stats.turn_taking",
        "The turns of the participant.",
        "object",
    ),
    Definition(
        "user_stats.turn_taking.turns",
        "Turns of the participant.",
        "turns",
        ("session_gap_minutes",),
    ),
    Definition(
        "user_stats.turn_taking.initiations",
        "Of all sessions, those whose first message is the participant's.",
        "proportion",
        ("session_gap_minutes",),
    ),
    Definition(
        "user_stats.turn_taking.endings",
        "Of all sessions, those whose last message is the participant's.",
        "proportion",
        ("session_gap_minutes",),
    ),
    Definition(
        "user_stats.turn_taking.response_time",
        "Time from the last message of the turn before, another's in the same session, to the first message "
        "of the participant's turn, where it is response_window_minutes at most; 0 seconds count. All but n "
        "null when nobody was answered.",
        "object",
        (
            "session_gap_minutes",
            "response_window_minutes",
        ),
    ),
    Definition(
        "user_stats.turn_taking.response_time.n",
        "Such turns of the participant.",
        "turns",
    ),
    Definition(
        "user_stats.turn_taking.response_time.median_seconds",
        "Median.",
        "seconds",
    ),
    Definition(
        "user_stats.turn_taking.response_time.p25_seconds",
        "25 % quantile.",
        "seconds",
    ),
    Definition(
        "user_stats.turn_taking.response_time.p75_seconds",
        "75 % quantile.",
        "seconds",
    ),
    Definition(
        "user_stats.turn_taking.response_time.p90_seconds",
        "90 % quantile.",
        "seconds",
    ),
    Definition(
        "user_stats.turn_taking.response_time.mean_seconds",
        "Mean; as avg_response_time_seconds.",
        "seconds",
    ),
    Definition(
        "user_stats.turn_taking.response_time.percent_within_1_minute",
        "Of these times, those of 60 seconds or less.",
        "per cent",
    ),
    Definition(
        "user_stats.turn_taking.response_time.percent_within_5_minutes",
        "Of these times, those of 300 seconds or less.",
        "per cent",
    ),
    Definition(
        "user_stats.turn_taking.response_time.percent_within_60_minutes",
        "Of these times, those of 3600 seconds or less.",
        "per cent",
    ),
    Definition(
        "user_stats.turn_taking.response_time.overnight",
        "Replies to another's message sent from 21:00 to 02:59 by the participant's next in order of time, "
        "sent from 06:00 to 11:59, after more than response_window_minutes and at most "
        "overnight_window_minutes, in whichever session: how many, and their median. They are not among the "
        "times above.",
        "n, median_seconds",
        (
            "response_window_minutes",
            "overnight_window_minutes",
        ),
    ),
    Definition(
        "user_stats.turn_taking.unanswered",
        "Of the participant's turns, those whose last message nobody else's follows within "
        "answer_window_minutes. Turns without such a message at which the chat ends sooner are left out, as "
        "they may have been answered later.",
        "proportion",
        (
            "session_gap_minutes",
            "answer_window_minutes",
        ),
    ),
    Definition(
        "user_stats.turn_taking.double_texts",
        "Messages that follow the participant's own message within a turn after double_text_minutes or more.",
        "messages",
        (
            "session_gap_minutes",
            "double_text_minutes",
        ),
    ),
    Definition(
        "user_stats.turn_taking.double_texts_per_100_turns",
        "100 x double_texts / turns; null without turns.",
        "per 100 turns",
        (
            "session_gap_minutes",
            "double_text_minutes",
        ),
    ),
    Definition(
        "user_stats.text_messages",
        "The text messages of the participant.",
        "object",
    ),
    Definition(
        "user_stats.text_messages.count",
        "Text messages of the participant.",
        "messages",
    ),
    Definition(
        "user_stats.text_messages.questions",
        "Of the text messages, those that ask, as questions_asked.",
        "proportion",
    ),
    Definition(
        "user_stats.text_messages.laughter",
        "Of the text messages, those in which a piece between white spaces holds 😂, 🤣, 😹 or 😆, or laughs in "
        "words. Everywhere: ha, he, hi twice or more with the same vowel throughout (haha, hahaha; b, m, w, "
        "u, a may come before in this order), ah or eh twice or more, ja, je, ji thrice or more, kkkk, rsrs, wkwk, "
        "lol, lmao, lmfao, rofl, xd, mdr, ptdr, хаха, хехе, ахах, лол, ржу, هه, خخخ, חח, हाहा, हेहे, हीही, 哈哈, 呵呵, "
        "嘻嘻, 嘿嘿, ㅋㅋ, ㅎㅎ; letters may be repeated. Where the language is among languages: in Spanish jaja, "
        "jeje, jiji, in Portuguese kkk and rs, in Japanese w and a last 笑.",
        "proportion",
        ("language_min_percent",),
    ),
    Definition(
        "user_stats.text_messages.late_night",
        "Of the text messages, those sent from 00:00 to 04:59.",
        "proportion",
    ),
    Definition(
        "user_stats.messages_by_month",
        "Messages of the participant in each of the months of timeline.months.",
        "messages",
        ("timeline_years",),
    ),
)
