async def test_a_first_request_provisions_the_user_and_the_bonus(stack):
    async with stack.client("smoke") as client:
        assert (await client.get("/api/credits/balance")).json() == {"user_id": "smoke", "balance": 50}
