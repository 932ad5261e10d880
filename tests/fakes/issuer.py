"""An identity provider on loopback: publishes keys, signs tokens, counts fetches, and fails when told to."""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://issuer.example.org"


@cache
def rsa_key(bits=2048, number=0):
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(number=0, curve=ec.SECP256R1):
    return ec.generate_private_key(curve())


@dataclass
class SigningKey:
    kid: str | None
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    members: dict[str, object] = field(default_factory=lambda: {"use": "sig"})

    @property
    def algorithm(self):
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    @property
    def jwk(self):
        of = RSAAlgorithm if self.algorithm == "RS256" else ECAlgorithm
        public = of.to_jwk(self.private.public_key(), as_dict=True)
        return public | ({"kid": self.kid} if self.kid is not None else {}) | self.members

    def sign(self, claims, **header):
        headers = {"kid": self.kid} | header
        given = {name: value for name, value in headers.items() if value is not None}
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=given)


def claims(subject="user_2abc", *, now=None, **others):
    now = time.time() if now is None else now
    standard = {"iss": ISSUER, "sub": subject, "iat": now, "nbf": now, "exp": now + 60}
    return {name: value for name, value in (standard | others).items() if value is not None}


class FakeIssuer:
    def __init__(self):
        self.keys = [SigningKey("first", rsa_key())]
        self.status = 200
        self.headers = {}
        self.body = None
        self.fetches = 0
        self.answering = asyncio.Event()
        self.answering.set()
        self.asked = asyncio.Event()
        self._connections = set()

    @property
    def jwks_url(self):
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/jwks.json"

    @property
    def document(self):
        return json.dumps({"keys": [key.jwk for key in self.keys]}).encode() if self.body is None else self.body

    def token(self, subject="user_2abc", *, now=None, **others):
        return self.keys[0].sign(claims(subject, now=now, **others))

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self._connections.add(asyncio.current_task())
        try:
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await self._answer(reader, writer)
        finally:
            self._connections.discard(asyncio.current_task())
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        self.fetches += 1
        self.asked.set()
        await self.answering.wait()
        body = self.document
        head = {"Content-Length": len(body), "Connection": "close"} | self.headers
        lines = [f"HTTP/1.1 {self.status} Status", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
