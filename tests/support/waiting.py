"""Waiting for what other processes do."""

import asyncio
import inspect


async def eventually(condition, timeout_s=60):
    """The first true value that the condition returns, asked again and again."""
    async with asyncio.timeout(timeout_s):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.05)
