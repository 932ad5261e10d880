"""A maker of insights that a test holds and tells what to make."""

import asyncio
from collections import Counter

from fakes.buyers import made


class HeldMaker:
    """Makes everything well, each at once, unless it is told otherwise; stands in for `resources.generator`."""

    def __init__(self):
        self.outcomes = {}
        """By type: a function of its name that gives what comes of it, or raises."""
        self.made = Counter()
        """How often each type was made."""
        self.materials = []
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    def hold(self):
        """Make nothing more until `release`."""
        self.open.clear()
        self.asked.clear()

    def release(self):
        self.open.set()

    async def generate(self, material):
        self.materials.append(material)
        for name in material.insight_types:
            self.asked.set()
            await self.open.wait()
            self.made[name] += 1
            yield self.outcomes.get(name, made)(name)

    async def close(self):
        pass
