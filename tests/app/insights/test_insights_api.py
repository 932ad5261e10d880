from uuid import UUID, uuid4

import msgspec
import pytest

from app.insights.jobs import run_unlock
from fakes.buyers import CONTENT, made, refused, type_id
from fakes.stored_chats import MEDIA

pytestmark = pytest.mark.usefixtures("books_are_right")
FAMILY = ["family_dynamics", "family_emotional_climate", "family_conflict_patterns"]
CONTRACT = {
    "Insight": {
        *("id", "chat_id", "insight_type_id", "insight_type_name", "display_title", "description", "icon"),
        *("is_premium", "content", "status", "error_message", "generation_metadata", "created_at", "updated_at"),
    },
    "metadata": {
        *("rag_chunks_used", "tokens_used", "generation_time_ms", "model_used", "confidence_score", "confidence"),
        *("method", "measures", "sources"),
    },
}


@pytest.fixture
async def settled(user, maker):
    """A chat with an unlock of which one insight was refused, and its job."""
    maker.outcomes = {"family_dynamics": refused}
    chat_id, answer = await user.unlocked()
    await run_unlock(user.resources, UUID(answer["job_id"]))
    return chat_id, answer["job_id"]


class TestJob:
    async def test_before_it_runs_nothing_is_done(self, user, maker):
        chat_id, answer = await user.unlocked()
        found = await user.get(f"insights/jobs/{answer['job_id']}/status")
        assert found.headers["retry-after"] == "1"
        status = found.json()
        assert status == status | {
            "job_id": answer["job_id"],
            "chat_id": chat_id,
            "status": "queued",
            "stage": "queued",
            "progress_percentage": 0.0,
            "total_insights": 3,
            "completed_insights": 0,
            "failed_insights": 0,
            "coins_deducted": 400,
            "coins_refunded": 0,
            "started_at": None,
            "completed_at": None,
            "insights": [],
        }
        assert status["estimated_completion_at"].endswith("Z")

    async def test_settled_it_says_what_came_of_it(self, user, settled):
        job_id = settled[1]
        found = await user.get(f"insights/jobs/{job_id}/status")
        assert "retry-after" not in found.headers
        status = found.json()
        assert status == status | {
            "status": "partial_failure",
            "stage": "settled",
            "progress_percentage": 100.0,
            "completed_insights": 2,
            "failed_insights": 1,
            "coins_refunded": 134,
            "estimated_completion_at": None,
        }
        assert status["started_at"] <= status["completed_at"]
        assert [(one["insight_type_name"], one["status"]) for one in status["insights"]] == list(
            zip(FAMILY, ("failed", "completed", "completed"), strict=True)
        )
        assert await user.balance() == 50 + 134

    async def test_of_another_users_there_is_none(self, user, stranger, settled, is_problem):
        for route in ("status", "events"):
            assert is_problem(await stranger.get(f"insights/jobs/{settled[1]}/{route}"), 404, "job_not_found")
            assert is_problem(await user.get(f"insights/jobs/{uuid4()}/{route}"), 404, "job_not_found")
            assert is_problem(await user.get(f"insights/jobs/x/{route}"), 422, "invalid_request")


class TestInsights:
    async def test_a_chat_without_any_says_so(self, user):
        chat_id = await user.chat()
        assert (await user.get(f"insights/chats/{chat_id}")).json() == {
            "chat_id": chat_id,
            "category": None,
            "generation_status": "not_started",
            "unlocked_at": None,
            "total_requested": 0,
            "total_completed": 0,
            "total_failed": 0,
            "insights": [],
            "unlocks": [],
        }

    async def test_all_of_an_unlock_are_there_from_the_start(self, user, maker):
        chat_id, answer = await user.unlocked()
        found = (await user.get(f"insights/chats/{chat_id}")).json()
        assert (found["generation_status"], found["total_requested"]) == ("queued", 3)
        assert [(one["insight_type_name"], one["status"], one["content"]) for one in found["insights"]] == [
            (name, "pending", None) for name in FAMILY
        ]
        assert found["category"]["name"] == "family"
        assert [one["job_id"] for one in found["unlocks"]] == [answer["job_id"]]

    async def test_one_holds_what_was_made_and_how(self, user, settled):
        insight = (await user.insights(settled[0]))["family_emotional_climate"]
        assert insight.keys() >= CONTRACT["Insight"]
        assert insight["content"] == msgspec.json.decode(CONTENT)
        assert (insight["status"], insight["error_code"], insight["error_message"]) == ("completed", None, None)
        assert insight["generation_metadata"].keys() == CONTRACT["metadata"]
        assert insight["generation_metadata"]["model_used"] == "test/1"
        assert insight["insight_type_id"] == str(type_id("family_emotional_climate"))
        assert (await user.get(f"insights/{insight['id']}")).json() == insight

    async def test_one_that_was_refused_has_the_reason_and_no_content(self, user, settled):
        insight = (await user.insights(settled[0]))["family_dynamics"]
        assert (insight["status"], insight["content"]) == ("failed", None)
        assert (insight["error_code"], insight["error_message"]) == ("insufficient_data", "There is nothing to say.")
        assert insight["generation_metadata"]["generation_time_ms"] == 7

    async def test_those_of_all_unlocks_stand_together(self, user, settled, maker):
        chat_id, first = settled
        maker.outcomes = {}
        await user.receive(800)
        jobs = [(await user.unlock(chat_id, name)).json()["job_id"] for name in ("romantic", "family")]
        for job_id in jobs:
            await run_unlock(user.resources, UUID(job_id))
        found = (await user.get(f"insights/chats/{chat_id}")).json()

        assert [one["job_id"] for one in found["unlocks"]] == [*reversed(jobs), first]
        assert (found["category"]["name"], found["total_requested"]) == ("family", 1)
        assert {one["status"] for one in found["insights"]} == {"completed"}
        assert [one["insight_type_name"] for one in found["insights"]][-3:] == FAMILY
        assert len(found["insights"]) == 9

    async def test_of_another_users_there_is_none(self, user, stranger, settled, is_problem):
        chat_id, _ = settled
        insight_id = (await user.insights(chat_id))["family_dynamics"]["id"]
        assert is_problem(await stranger.get(f"insights/chats/{chat_id}"), 404, "chat_not_found")
        for method, path in (("GET", ""), ("GET", "/evidence"), ("POST", "/retry")):
            for who, one in ((stranger, insight_id), (user, uuid4())):
                assert is_problem(await who.ask(method, f"insights/{one}{path}"), 404, "insight_not_found")


class TestEvidence:
    async def test_each_line_stands_among_the_messages_around_it(self, user, maker):
        lines = [
            {"message": "so it goes", "speaker": "Bob", "timestamp": "", "message_ids": ["x"], "positions": [1]},
            {"message": "5", "speaker": "Bob", "timestamp": "", "message_ids": ["x"], "positions": [7]},
        ]
        content = {"moments": [{"exchange": [lines[0]]}], "best": lines[1], "note": "text"}
        maker.outcomes = {
            "family_dynamics": lambda name: msgspec.structs.replace(made(name), content=msgspec.json.encode(content))
        }
        texts = [*(f"so it goes {number}" for number in range(38)), MEDIA, "the end"]
        chat_id, answer = await user.unlocked(texts=texts)
        await run_unlock(user.resources, UUID(answer["job_id"]))
        insight_id = (await user.insights(chat_id))["family_dynamics"]["id"]
        found = (await user.get(f"insights/{insight_id}/evidence")).json()

        assert (found["insight_id"], found["chat_id"]) == (insight_id, chat_id)
        first, second = found["evidence"]
        assert (first["pointer"], first["quote"], first["speaker"]) == ("/moments/0/exchange/0", "so it goes", "Bob")
        assert [message["position"] for message in first["before"]] == [0]
        assert [message["content"] for message in first["messages"]] == ["so it goes 0"]
        assert [message["position"] for message in first["after"]] == [2, 3, 4]
        assert second["pointer"] == "/best"
        assert [message["position"] for message in second["before"]] == [4, 5, 6]

    async def test_what_was_refused_rests_on_nothing(self, user, settled):
        insight_id = (await user.insights(settled[0]))["family_dynamics"]["id"]
        assert (await user.get(f"insights/{insight_id}/evidence")).json()["evidence"] == []


class TestRetry:
    async def test_a_failed_one_is_made_again_until_the_settlement(self, user, maker, market):
        maker.outcomes = {"family_dynamics": refused, "family_conflict_patterns": RuntimeError}
        job_id = UUID((await user.unlocked())[1]["job_id"])
        claim = await market.run("claim", job_id)
        wanted, *_ = await market.run("begin", claim)
        await market.store(claim, wanted, refused(wanted.insight_type))
        await market.run("release", claim)
        again = await user.ask("POST", f"insights/{wanted.id}/retry")
        assert (again.status_code, again.json()["status"]) == (200, "pending")

        maker.outcomes = {}
        await run_unlock(user.resources, job_id)
        assert (await user.status(job_id))["status"] == "completed"
        assert await user.balance() == 50

    async def test_what_runs_is_delivered_or_refunded_is_not(self, user, settled, is_problem):
        insights = await user.insights(settled[0])
        failed, delivered = (insights[name]["id"] for name in FAMILY[:2])
        assert is_problem(await user.ask("POST", f"insights/{failed}/retry"), 409, "already_refunded")
        assert is_problem(await user.ask("POST", f"insights/{delivered}/retry"), 409, "insight_completed")
        chat_id, _ = await user.unlocked("friendship")
        for insight in (await user.insights(chat_id)).values():
            assert is_problem(await user.ask("POST", f"insights/{insight['id']}/retry"), 409, "insight_running")


class TestGenerate:
    async def generate(self, user, chat_id, insight_type):
        body = {"chat_id": chat_id, "insight_type_id": str(insight_type)}
        return await user.ask("POST", "rag/generate", json=body)

    async def test_one_that_was_made_is_given(self, user, settled):
        answer = await self.generate(user, settled[0], type_id("family_emotional_climate"))
        assert answer.status_code == 200
        assert answer.json() == (await user.insights(settled[0]))["family_emotional_climate"]

    async def test_one_that_is_being_made_is_waited_for(self, user, maker, is_problem):
        chat_id, _ = await user.unlocked()
        assert is_problem(await self.generate(user, chat_id, type_id("family_dynamics")), 409, "insight_running")

    async def test_a_failed_one_is_made_again_or_was_refunded(self, user, maker, market, settled, is_problem):
        answer = await self.generate(user, settled[0], type_id("family_dynamics"))
        assert is_problem(answer, 409, "already_refunded")

        chat_id, unlocked = await user.unlocked()
        claim = await market.run("claim", UUID(unlocked["job_id"]))
        wanted, *_ = await market.run("begin", claim)
        await market.store(claim, wanted, refused(wanted.insight_type))
        answer = await self.generate(user, chat_id, type_id("family_dynamics"))
        assert (answer.status_code, answer.json()["status"]) == (200, "pending")

    async def test_what_is_not_unlocked_is_refused(self, user, stranger, settled, is_problem):
        chat_id = settled[0]
        answer = await self.generate(user, chat_id, type_id("friendship_vitality"))
        assert is_problem(answer, 403, "category_not_unlocked")
        assert is_problem(await self.generate(user, chat_id, uuid4()), 404, "insight_type_not_found")
        answer = await self.generate(stranger, chat_id, type_id("family_dynamics"))
        assert is_problem(answer, 404, "chat_not_found")
