import os
import signal

import pytest
import redis.asyncio

from app.embedded import valkey as module
from app.embedded.process import StartError
from app.embedded.valkey import Valkey


async def _set(server: Valkey, name: str, value: str) -> None:
    async with redis.asyncio.from_url(server.url) as client:
        await client.set(name, value)


async def _get(server: Valkey, name: str) -> bytes | None:
    async with redis.asyncio.from_url(server.url) as client:
        return await client.get(name)


async def test_keeps_its_data_over_a_restart(data_dir):
    server = Valkey(data_dir)
    await server.start()
    await _set(server, "kept", "42")
    await server.stop()
    assert server.pid == 0

    again = Valkey(data_dir)
    await again.start()
    assert await _get(again, "kept") == b"42"
    await again.stop()


async def test_keeps_what_was_written_before_a_kill(data_dir):
    server = Valkey(data_dir)
    await server.start()
    await _set(server, "kept", "42")
    os.kill(server.pid, signal.SIGKILL)
    assert await server.wait() == -signal.SIGKILL

    await server.start()
    assert await _get(server, "kept") == b"42"
    await server.stop()


@pytest.mark.parametrize("name", ["a comma, a quote' and \"ß", "/".join(["a space " * 12] * 2)])
async def test_any_directory_name_will_do(base, name):
    data_dir = base / name
    data_dir.mkdir(parents=True)
    server = Valkey(data_dir)
    await server.start()
    await _set(server, "x", "1")
    await server.stop()


async def test_never_forgets_a_job_to_make_room(redis_url):
    async with redis.asyncio.from_url(redis_url) as client:
        settings = await client.config_get("maxmemory-policy", "appendonly", "appendfsync", "save", "port")
    assert settings == {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "port": "0",
    }


async def test_without_any_server_it_says_what_to_install(data_dir, monkeypatch):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(module.shutil, "which", lambda _name: None)
    with pytest.raises(StartError, match="embedded"):
        await Valkey(data_dir).start()
