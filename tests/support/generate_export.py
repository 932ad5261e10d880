"""Writes deterministic WhatsApp exports of any size, with the truth beside them.

The same arguments give the same bytes. OUT.meta.json holds the true counts, and --truth a file with a row a line.

    python tests/support/generate_export.py --messages 65000 --layout android_us12 --out chat.txt --truth truth.jsonl

Layouts:
    android_us12   12/31/23, 10:45<U+202F>PM - Name: text
    android_dmy24  31/12/2023, 22:45 - Name: text
    android_in12   31/12/23, 10:45 pm - Name: text
    ios_us12       [12/31/23, 10:45:07<U+202F>PM] Name: text    CRLF between messages, a mark before media and notices
    ios_de24       [31.12.23, 22:45:07] Name: text              as above
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

LAYOUTS = ("android_us12", "android_dmy24", "android_in12", "ios_us12", "ios_de24")
NAMES = [
    *("Alice Smith", "Bob", "Chloé Dupont", "Ravi 🎸", "+44 7700 900123", "~ Unknown Caller", "Дмитрий", "سارة"),
    *("Dr. Strange: MD", "Maria-José", "李雷", "Zoë Müller", "O'Neill", "Jean Paul", "Mum ❤️", "Team Lead (Ops)"),
]
GROUP = "Friends Group"
ENCRYPTED = (
    "Messages and calls are end-to-end encrypted. "
    "Only people in this chat can read, listen to, or share them. Learn more."
)
EDITED = "<This message was edited>"
MARK = "\u200e"
MARKED = frozenset({"media", "deleted", "system", "call"})

ENGLISH = (
    "the you I to a and it is of that in my me for on have not this be so are with just but do was we know like what "
    "no go can at get if all out your good time see now love lol ok really want think going come today tomorrow "
    "tonight home work call later yeah haha please thanks sorry dinner coffee train meeting weekend movie"
)
HINDI_IN_LATIN = (
    "haan nahi kya kaise yaar accha theek hai kal aaj ghar jaana khana bhai matlab kyun abhi phir bata chal dekh sab "
    "log bahut"
)
SPANISH = (
    "que no de la el en y a los se por con para una está bien vale mañana hoy casa gracias jajaja cuándo dónde también "
    "qué tal"
)
GERMAN = "ich du nicht das ist und die wir ja nein morgen heute danke bitte schön für über später müssen können größe"
ARABIC = "مرحبا كيف حالك اليوم الحمد لله شكرا نعم لا غدا البيت العمل الان جدا"
HINDI = "नमस्ते कैसे हो आज कल घर काम ठीक है बहुत अच्छा धन्यवाद"
RUSSIAN = "привет как дела да нет сегодня завтра спасибо хорошо дома работа потом"
CHINESE = "你好 今天 明天 吃饭 工作 好的 谢谢 哈哈 回家 没问题"
BANKS = [words.split() for words in (ENGLISH, HINDI_IN_LATIN, SPANISH, GERMAN, ARABIC, HINDI, RUSSIAN, CHINESE)]
BANK_WEIGHTS = [62, 12, 8, 6, 4, 3, 3, 2]
EMOJI = ["😂", "❤️", "😍", "🙏🏽", "👍", "😭", "🔥", "🎉", "👩‍💻", "👨‍👩‍👧‍👦", "🇮🇳", "🤷🏻‍♀️", "✨", "😅", "🥲"]
URLS = [
    "https://www.youtube.com/watch?v=",
    "https://maps.google.com/?q=",
    "http://example.org/a?b=",
    "https://github.com/x/y/issues/",
    "https://t.co/",
]
MEDIA_IOS = [
    "image omitted",
    "video omitted",
    "audio omitted",
    "sticker omitted",
    "GIF omitted",
    "document omitted",
]


class Writer:
    """The file, the truth and the counts."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.ios = args.layout.startswith("ios")
        self.newline = "\r\n" if self.ios else "\n"
        self.counts = dict.fromkeys(("text", "media", "deleted", "edited", "system", "call", "location", "poll"), 0)
        self.senders: Counter[str] = Counter()
        self.times: list[datetime] = []
        self.bytes = 0
        self._lines: list[str] = []
        self._file = Path(args.out).open("w", encoding="utf-8", newline="")  # noqa: SIM115 - closed by `close`
        self._truth = Path(args.truth).open("w", encoding="utf-8") if args.truth else None  # noqa: SIM115 - as above

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def emit(self, time: datetime, sender: str | None, kind: str, body: str) -> None:
        mark = MARK if self.ios and kind in MARKED else ""
        header = self._header(time)
        if kind == "system" and sender is None and not self.ios:
            self._lines.append(header + body)
        else:
            self._lines.append(f"{mark}{header}{sender or GROUP}: {mark}{body}")
        self.counts[kind] += 1
        self.times = [self.times[0] if self.times else time, time]
        name = sender.removeprefix("~ ") if sender else None  # an unsaved contact's tilde is not part of the name
        if name:
            self.senders[name] += 1
        if self._truth:
            seen = time if self.ios else time.replace(second=0)
            text = body.removesuffix(EDITED).rstrip(f" {MARK}") if kind == "edited" else body
            row = {"timestamp": seen.isoformat(), "sender": name, "kind": kind, "text": text}
            self._truth.write(json.dumps(row, ensure_ascii=False) + "\n")
        if len(self._lines) >= 20000:
            self._flush()

    def _flush(self) -> None:
        block = self.newline.join(self._lines) + self.newline
        self._file.write(block)
        self.bytes += len(block.encode())
        self._lines.clear()

    def close(self) -> None:
        if self._lines:
            self._flush()
        self._file.close()
        if self._truth:
            self._truth.close()
        meta = {
            "args": vars(self.args),
            "messages": self.rows,
            "bytes": self.bytes,
            "kinds": self.counts,
            "per_sender": dict(self.senders),
            "first": self.times[0].isoformat(),
            "last": self.times[-1].isoformat(),
        }
        Path(f"{self.args.out}.meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")

    def _header(self, time: datetime) -> str:
        hour, half, year = time.hour % 12 or 12, "PM" if time.hour >= 12 else "AM", time.year % 100
        match self.args.layout:
            case "android_us12":
                return f"{time.month}/{time.day}/{year:02d}, {hour}:{time.minute:02d}\u202f{half} - "
            case "android_in12":
                return f"{time:%d/%m}/{year:02d}, {hour}:{time.minute:02d} {half.lower()} - "
            case "ios_us12":
                return f"[{time.month}/{time.day}/{year:02d}, {hour}:{time:%M:%S}\u202f{half}] "
            case "android_dmy24":
                return f"{time:%d/%m}/{time.year}, {time:%H:%M} - "
            case _:
                return f"[{time:%d.%m}.{year:02d}, {time:%H:%M:%S}] "


class Chat:
    """People who talk in sessions. Every random number is drawn in a fixed order."""

    def __init__(self, args: argparse.Namespace, writer: Writer) -> None:
        self.args, self.writer = args, writer
        self.random = random.Random(f"{args.seed}|{args.layout}|{args.participants}")
        count = args.participants
        self.names = [NAMES[place] if place < len(NAMES) else f"Member {place:03d}" for place in range(count)]
        self.weights = [1.0 / (place + 1) ** 0.7 for place in range(count)]
        self.preferred = [
            self.random.choices(BANKS, BANK_WEIGHTS)[0] if self.random.random() < 0.4 else BANKS[0] for _ in self.names
        ]

    def write(self) -> None:
        args, emit = self.args, self.writer.emit
        start = datetime(2022, 1, 3, 6, 0, 0)  # noqa: DTZ001 - an export has no zone
        sessions = self._sessions()
        now = start + timedelta(seconds=sessions[0])
        emit(now, None, "system", ENCRYPTED)
        created = f"{self.names[0]} created group “{GROUP}”"
        emit(now, None, "system", created if args.participants > 2 else f"{self.names[-1]} is a contact")
        session = 0
        while self.writer.rows < args.messages:
            now = max(now, start + timedelta(seconds=sessions[min(session, len(sessions) - 1)]))
            session += 1
            now = self._session(now)

    def _sessions(self) -> list[int]:
        rng = self.random
        return sorted(
            rng.randrange(self.args.days) * 86400 + int(min(86399, max(0, rng.gauss(13.5, 4.6) * 3600)))
            for _ in range(max(1, self.args.messages // 24))
        )

    def _session(self, now: datetime) -> datetime:
        rng = self.random
        length = 1 + int(rng.expovariate(1 / 23.5))
        who = self._anybody()
        for _ in range(length):
            if self.writer.rows >= self.args.messages:
                break
            now += timedelta(seconds=1 + int(rng.expovariate(1 / 38)))
            if rng.random() < 0.58:
                who = self._anybody()
            self._message(now, who)
        return now

    def _anybody(self) -> int:
        return self.random.choices(range(self.args.participants), self.weights)[0]

    def _message(self, now: datetime, who: int) -> None:
        rng, ios, name = self.random, self.writer.ios, self.names[who]
        chance = rng.random()
        sender: str | None = name
        if chance < 0.045:
            kind, body = "media", self._media(now)
        elif chance < 0.053:
            kind, body = "deleted", "This message was deleted." if ios else "This message was deleted"
        elif chance < 0.058:
            suffix = f" {MARK}{EDITED}" if ios else f" {EDITED}"
            kind, body = "edited", self._text(who).split("\n")[0] + suffix
        elif chance < 0.061:
            kind, body = "call", "Missed voice call" if rng.random() < 0.5 else "Voice call, 12 min"
        elif chance < 0.0625:
            word = "Location" if ios else "location"
            place = f"{rng.uniform(-80, 80):.6f},{rng.uniform(-170, 170):.6f}"
            kind, body = "location", f"{word}: https://maps.google.com/?q={place}"
        elif chance < 0.0630:
            question = self._words(who)
            votes = f"OPTION: yes ({rng.randrange(9)} votes)\nOPTION: no ({rng.randrange(9)} votes)"
            kind, body = "poll", f"POLL:\n{question}?\n{votes}"
        elif chance < 0.0655:
            sender, kind, body = None, "system", self._notice(name)
        else:
            kind, body = "text", self._text(who)
        self.writer.emit(now, sender, kind, body)

    def _media(self, now: datetime) -> str:
        if self.writer.ios:
            return self.random.choice(MEDIA_IOS)
        if self.random.random() < 0.8:
            return "<Media omitted>"
        return f"IMG-{now:%Y%m%d}-WA{self.random.randrange(9999):04d}.jpg (file attached)"

    def _notice(self, name: str) -> str:
        notices: Sequence[str] = [
            f"{name} added {self.names[self.random.randrange(self.args.participants)]}",
            f"{name} left",
            f"{name} changed this group's icon",
            f"{name} changed the group name to “x{self.random.randrange(99)}”",
            "You're now an admin",
        ]
        return self.random.choice(notices)

    def _words(self, who: int) -> str:
        rng = self.random
        bank = self.preferred[who] if rng.random() < 0.75 else rng.choices(BANKS, BANK_WEIGHTS)[0]
        count = min(60, 1 + int(rng.expovariate(1 / 8.4)))
        return " ".join(rng.choices(bank, k=count))

    def _text(self, who: int) -> str:
        rng = self.random
        chance = rng.random()
        text = self._words(who)
        if chance < 0.13:
            text += " " + "".join(rng.choices(EMOJI, k=rng.choice((1, 1, 1, 2, 3))))
        elif chance < 0.155:
            text = rng.choice(EMOJI)
        elif chance < 0.175:
            text += " " + rng.choice(URLS) + f"{rng.getrandbits(44):x}"
        elif chance < 0.205:
            text += "\n" + self._words(who)
        elif chance < 0.213:
            text += "\n\n" + self._words(who) + "\n- " + self._words(who)
        elif chance < 0.2135:
            text += "\n01/02/2023 at 10:30 see you: there"
        elif chance < 0.22:
            text = self._words(who).split(" ")[0] + ": " + text
        return text


def generate(out: Path, layout: str, **options: object) -> None:
    """Write an export; `messages`, `participants`, `seed`, `days` and `truth` are as on the command line."""
    defaults = {"messages": 65000, "seed": 7, "layout": layout, "participants": 8, "days": 820}
    args = argparse.Namespace(**(defaults | {"out": str(out), "truth": None} | options))
    writer = Writer(args)
    Chat(args, writer).write()
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a deterministic WhatsApp export.")
    parser.add_argument("--messages", type=int, default=65000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--layout", default="android_us12", choices=LAYOUTS)
    parser.add_argument("--participants", type=int, default=8)
    parser.add_argument("--days", type=int, default=820)
    parser.add_argument("--out", required=True)
    parser.add_argument("--truth")
    options = vars(parser.parse_args())
    generate(Path(options.pop("out")), options.pop("layout"), **options)


if __name__ == "__main__":
    main()
