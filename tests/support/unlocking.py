"""Users who unlock, on a machine whose parts are killed, and what must hold of their coins afterwards."""

from uuid import uuid4

from domain.catalogue.seed import stable_id
from support.exports import imported, whatsapp
from support.waiting import eventually

ANALYST = "domain.insights.analyst.child"
WITHOUT_MODELS = {"EMBEDDER": "none", "GEMINI_API_KEY": ""}
"""Settings of a machine on which the local analyst makes the insights."""
SETTLED = ("completed", "partial_failure", "failed")
_TALK = (
    "Good morning! Did you sleep well?",
    "Yes, thank you so much for asking. I love our calls.",
    "I am so proud of you, the talk was wonderful!",
    "Haha, you are sweet. Shall we have dinner on Friday?",
    "Yes please. I will book the table at our place.",
    "Sorry that I was late yesterday, I was stressed at work.",
    "It is okay. Do you want to talk about it?",
    "Thank you for being there. Let us plan the trip to Lisbon in June.",
)


def category_id(name):
    return str(stable_id("category", name))


def said(count):
    """What two people say to each other, by turns."""
    return [f"{_TALK[number % len(_TALK)]} {number}" for number in range(count)]


def talk(count=240):
    """An export of it."""
    return whatsapp(*((("Ann", "Bob")[number % 2], text) for number, text in enumerate(said(count))))


class Buyer:
    """A user of a machine, with coins."""

    def __init__(self, machine, subject=None):
        self.machine = machine
        self.subject = subject or f"user_{uuid4().hex}"
        self.client = machine.client(self.subject)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.client.aclose()

    async def chat(self, count=240):
        return (await imported(self.client, talk(count)))["chat_id"]

    async def receive(self, coins):
        async with self.machine.client("operator", admin=True) as admin:
            await self.balance()
            body = {"user_id": self.subject, "amount": coins, "reason": "Gift"}
            answer = await admin.post("/api/admin/credits/adjustments", json=body)
            assert answer.status_code == 200, answer.text

    async def unlock(self, chat_id, category="romantic", key=None):
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"chat_id": chat_id, "category_id": category_id(category)}
        return await self.client.post("/api/insights/unlock", json=body, headers=headers)

    async def unlocked(self, category="romantic"):
        """A new chat with a category that is unlocked: the chat and the job."""
        await self.receive(400)
        chat_id = await self.chat()
        answer = await self.unlock(chat_id, category)
        assert answer.status_code == 200, answer.text
        return chat_id, answer.json()["job_id"]

    async def balance(self):
        return (await self.client.get("/api/credits/balance")).json()["balance"]

    async def status(self, job_id):
        return (await self.client.get(f"/api/insights/jobs/{job_id}/status")).json()

    async def settled(self, job_id, timeout_s=60):
        """The job once it is settled."""

        async def settled():
            found = await self.status(job_id)
            return found if found["status"] in SETTLED else None

        return await eventually(settled, timeout_s)

    async def entries(self, job_id):
        """What the ledger holds of an unlock."""
        listed = (await self.client.get("/api/credits/transactions", params={"limit": 100})).json()["transactions"]
        return {entry["type"]: entry["amount"] for entry in listed if entry["ref_id"] == job_id}


async def is_exact(buyer, chat_id, job_id):
    """Whether a settled unlock was charged once, and its refund is the share of what was not delivered, exactly."""
    status = await buyer.status(job_id)
    entries = await buyer.entries(job_id)
    assert entries.pop("insight_unlock") == -status["coins_deducted"]
    assert entries == ({"refund": status["coins_refunded"]} if status["coins_refunded"] else {})
    shares = await buyer.machine.fetch("SELECT status, share FROM insight WHERE unlock_id = $1", job_id)
    missing = sum(row["share"] for row in shares if row["status"] != "completed")
    assert (sum(row["share"] for row in shares), missing) == (status["coins_deducted"], status["coins_refunded"])
    insights = (await buyer.client.get(f"/api/insights/chats/{chat_id}")).json()["insights"]
    delivered = [one for one in insights if one["job_id"] == job_id and one["content"] is not None]
    assert len(delivered) == status["completed_insights"]
    assert await books_are_right(buyer.machine)
    return True


async def books_are_right(machine):
    async with machine.client("operator", admin=True) as admin:
        report = (await admin.get("/api/admin/ledger/check")).json()
    assert report["violations"] == []
    return report["ok"]
