"""Customers who buy while everything breaks: in the end each holds what was paid for and not given back.

    SOAK_SEED=7 SOAK_CYCLES=200 pytest -s tests/e2e/test_payments_soak.py

A cycle is one customer with one order: placed with retries, paid or not, refunded or disputed or neither. Meanwhile
the providers lose answers, their events come late, twice, in any order and damaged, and API, worker and PostgreSQL
are killed. The seed decides what is done; when, the machine.
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest

from fakes.events import RAZORPAY_ACCOUNT, RAZORPAY_SECRET, STRIPE_SECRET, new_id
from fakes.http import Fault
from fakes.razorpay import KEY_ID, KEY_SECRET, FakeRazorpay
from fakes.stripe import SECRET_KEY, FakeStripe
from support.machine import running_machine
from support.waiting import eventually

SEED = int(os.environ.get("SOAK_SEED", "1"))
CYCLES = int(os.environ.get("SOAK_CYCLES", "12"))
CUSTOMERS_AT_ONCE = 6
BONUS = 50
FAULTS = [Fault.ANSWER_LOST, Fault.ANSWER_LOST, Fault.ERROR, Fault.LIMITED, Fault.GARBAGE]
TRY_AGAIN = {409, 503}
VICTIMS = ["api", "api", "worker-1", "postgres"]
ENDINGS = ["kept", "kept", "partly refunded", "refunded twice", "refund failed", "refunded by us", "lost", "won"]
PAYMENTS = ["paid", "paid", "paid", "paid untold", "paid after all", "declined", "abandoned"]


class Provider:
    """A stand-in and what its customers do there, in the words of neither."""

    def __init__(self, name, fake, price):
        self.name, self.fake, self.price = name, fake, price

    def pay(self, order):
        paid = self.fake.pay(order.provider_order_id)
        return paid if isinstance(paid, list) else [paid]

    def decline(self, order):
        return [self.fake.decline(order.provider_order_id)]

    def refund(self, order, amount):
        return self.fake.refund(order.provider_order_id, amount)

    def refund_that_fails(self, order, amount):
        known = set(self.fake.refunds)
        events = self.fake.refund(order.provider_order_id, amount)
        [refund_id] = set(self.fake.refunds) - known
        return [*events, self.fake.fail_refund(refund_id)]

    def dispute(self, order, *, won):
        if self.name == "stripe":
            dispute_id = new_id("dp_")
            opened = self.fake.dispute(order.provider_order_id, dispute_id)
            return [*opened, *self.fake.close_dispute(order.provider_order_id, dispute_id, won=won)]
        dispute_id, ending = new_id("disp_"), "won" if won else "lost"
        return [
            self.fake.dispute(order.provider_order_id, dispute_id),
            self.fake.dispute(order.provider_order_id, dispute_id, f"payment.dispute.{ending}", ending),
        ]


@dataclass
class Order:
    """What a customer did, and so what must come of it."""

    subject: str
    provider: Provider
    price: int
    coins: int
    order_id: str = ""
    provider_order_id: str = ""
    paid: bool = False
    gone: int = 0
    """Of the price, what went back."""
    granted: int = 0
    story: tuple = ()

    @property
    def balance(self):
        left = self.coins - self.coins * self.gone // self.price if self.paid else 0
        return BONUS + self.granted + left


class World:
    def __init__(self, machine, providers):
        self.machine = machine
        self.providers = providers
        self.chosen = random.Random(SEED)
        self.seen = Counter()
        self.orders = []
        self.deliveries = set()
        self.over = asyncio.Event()
        self.public = machine.stack("api").anonymous
        self.admin = machine.client("operator", admin=True)
        self.packages = []

    def choose(self, among):
        return self.chosen.choice(among)

    async def insist(self, client, method, path, **request):
        """Ask until there is an answer that stands, as a client does that knows nothing of what happened."""
        while True:
            try:
                answer = await client.request(method, path, **request)
            except httpx.TransportError:
                self.seen["connections lost"] += 1
            else:
                self.seen[f"status {answer.status_code}"] += 1
                if answer.is_success:
                    return answer.json()
                assert answer.status_code in TRY_AGAIN, answer.text
            await asyncio.sleep(self.chosen.uniform(0.05, 0.3))

    def send(self, provider, events):
        """Leave events to the provider to deliver, in whatever order."""
        for event in events:
            delivery = asyncio.create_task(self._deliver(provider, event))
            self.deliveries.add(delivery)

    async def _deliver(self, provider, event):
        accepted = 0
        copies = self.choose([1, 1, 2, 3])
        while accepted < copies:
            await asyncio.sleep(self.chosen.uniform(0, 1.5))
            signed = provider.fake.events.signed_again(event)
            damaged = self.chosen.random() < 0.15
            try:
                answer = await self.public.post(
                    f"/api/payments/webhooks/{provider.name}",
                    content=(signed.corrupted() if damaged else signed).body,
                    headers=signed.headers,
                )
            except httpx.TransportError:
                self.seen["deliveries lost"] += 1
                continue
            self.seen[f"event {answer.status_code}"] += 1
            assert answer.status_code in ({400, 503} if damaged else {200, 503}), answer.text
            accepted += answer.status_code == 200

    async def delivered(self):
        while self.deliveries:
            done, self.deliveries = self.deliveries, set()
            await asyncio.gather(*done)

    async def havoc(self):
        """Kill one thing after the other, and have the providers fail."""
        while not self.over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), self.chosen.uniform(0.3, 2.5))
            self.choose(self.providers).fake.fail(self.choose(FAULTS), times=self.chosen.randint(1, 3))
            victim = self.choose(VICTIMS)
            await self.machine.kill(victim)
            self.seen[f"killed {victim}"] += 1
            await asyncio.sleep(self.chosen.uniform(0, 0.4))
            await self.machine.start(victim)
        for provider in self.providers:
            provider.fake.recover()


class Customer:
    def __init__(self, world, number):
        self.world = world
        self.provider = world.choose(world.providers)
        self.package = world.choose(world.packages)
        price = round(float(self.package[self.provider.price]) * 100)
        self.order = Order(f"soak-{number}", self.provider, price, self.package["coins"])
        self.client = world.machine.client(self.order.subject)
        world.orders.append(self.order)

    async def live(self):
        async with self.client:
            await self._place()
            payment = self.world.choose(PAYMENTS)
            self.world.seen[payment] += 1
            self.order.story += (payment,)
            await self._pay(payment)
            if self.order.paid:
                ending = self.world.choose(ENDINGS)
                self.world.seen[ending] += 1
                self.order.story += (ending,)
                await self._end(ending)
            await self._receive_gift()

    async def _place(self):
        request = {"package_id": self.package["id"], "provider": self.provider.name, "idempotency_key": "first"}
        clicks = [
            self.world.insist(self.client, "POST", "/api/payments/orders", json=request)
            for _ in range(self.world.choose([1, 1, 2]))
        ]
        placed, *again = await asyncio.gather(*clicks)
        assert {answer["order_id"] for answer in again} <= {placed["order_id"]}
        self.order.order_id, self.order.provider_order_id = placed["order_id"], placed["provider_order_id"]
        assert (placed["amount"], placed["coins"]) == (self.order.price, self.order.coins)

    async def _pay(self, payment):
        if payment in {"declined", "paid after all"}:
            self.world.send(self.provider, self.provider.decline(self.order))
        if payment.startswith("paid"):
            events = self.provider.pay(self.order)
            self.order.paid = True
            if payment != "paid untold":
                self.world.send(self.provider, events)

    async def _end(self, ending):
        order, provider = self.order, self.provider
        part = self.world.chosen.randint(1, order.price - 1)
        match ending:
            case "partly refunded":
                events, order.gone = provider.refund(order, part), part
            case "refunded twice":
                events = [*provider.refund(order, part), *provider.refund(order, order.price - part)]
                order.gone = order.price
            case "refund failed":
                events = provider.refund_that_fails(order, part)
            case "refunded by us":
                events, order.gone = await self._refund_by_us(part), part
            case "lost" | "won":
                events = provider.dispute(order, won=ending == "won")
                order.gone = order.price if ending == "lost" else 0
            case _:
                events = []
        self.world.send(provider, events)

    async def _refund_by_us(self, amount):
        path = f"/api/admin/payments/orders/{self.order.order_id}/refund"
        key = f"refund-{self.order.order_id}"
        request = {"json": {"amount": amount, "reason": "Asked for"}, "headers": {"Idempotency-Key": key}}
        asked = await self.world.insist(self.world.admin, "POST", path, **request)
        return self.provider.fake.refund_events(asked["provider_refund_id"])

    async def _receive_gift(self):
        coins = self.world.chosen.randint(1, 9)
        request = {
            "json": {"user_id": self.order.subject, "amount": coins, "reason": "Thank you"},
            "headers": {"Idempotency-Key": f"gift of {self.order.subject}"},
        }
        given = await self.world.insist(self.world.admin, "POST", "/api/admin/credits/adjustments", **request)
        again = await self.world.insist(self.world.admin, "POST", "/api/admin/credits/adjustments", **request)
        assert again == given
        self.order.granted = coins


async def soak(world):
    turns = asyncio.Semaphore(CUSTOMERS_AT_ONCE)

    async def cycle(number):
        async with turns:
            await Customer(world, number).live()

    havoc = asyncio.create_task(world.havoc())
    try:
        await asyncio.gather(*(cycle(number) for number in range(CYCLES)))
    finally:
        world.over.set()
        await havoc
    await world.delivered()


async def balance(world, order):
    async with world.machine.client(order.subject) as client:
        return (await client.get("/api/credits/balance")).json()["balance"]


async def settled(world):
    """Every customer has what is due, and no event waits."""
    waiting = await world.machine.fetch("SELECT FROM webhook_event WHERE result = 'unmatched'")
    return not waiting and [await balance(world, order) for order in world.orders] == [
        order.balance for order in world.orders
    ]


@pytest.mark.timeout(120 + 5 * CYCLES)
async def test_every_paid_order_is_credited_once_and_what_went_back_is_taken_back(capsys):
    began = time.monotonic()
    async with (
        FakeStripe() as stripe,
        FakeRazorpay() as razorpay,
        running_machine(
            STRIPE_SECRET_KEY=SECRET_KEY,
            STRIPE_WEBHOOK_SECRET=STRIPE_SECRET,
            STRIPE_BASE_URL=stripe.url,
            RAZORPAY_KEY_ID=KEY_ID,
            RAZORPAY_KEY_SECRET=KEY_SECRET,
            RAZORPAY_WEBHOOK_SECRET=RAZORPAY_SECRET,
            RAZORPAY_ACCOUNT=RAZORPAY_ACCOUNT,
            RAZORPAY_BASE_URL=razorpay.url,
        ) as machine,
    ):
        await machine.start("worker-1")
        world = World(machine, [Provider("stripe", stripe, "price_usd"), Provider("razorpay", razorpay, "price_inr")])
        async with world.public, world.admin:
            world.packages = (await world.public.get("/api/credits/packages")).json()
            await soak(world)
            with suppress(TimeoutError):
                await eventually(lambda: settled(world), timeout_s=60 + CYCLES)

            wrong = [order for order in world.orders if await balance(world, order) != order.balance]
            assert wrong == [], f"seed {SEED}"
            assert await machine.fetch("SELECT FROM webhook_event WHERE result = 'unmatched'") == []
            purchases = await machine.fetch("SELECT ref_id FROM ledger_entry WHERE kind = 'purchase'")
            paid = sorted(order.order_id for order in world.orders if order.paid)
            assert sorted(str(row["ref_id"]) for row in purchases) == paid
            [(rows,)] = await machine.fetch("SELECT count(*) FROM payment_order")
            assert rows == len(stripe.intents) + len(razorpay.orders) == CYCLES
            report = (await world.admin.get("/api/admin/ledger/check")).json()
            assert report["ok"], report["violations"]
            with capsys.disabled():
                sys.stdout.write(
                    f"\nseed {SEED}, {CYCLES} cycles in {time.monotonic() - began:.0f} s\n"
                    f"{', '.join(f'{name}: {count}' for name, count in sorted(world.seen.items()))}\n"
                    f"{report['checked_wallets']} wallets, {report['checked_entries']} entries, no violation\n"
                )
