"""What every published statistic means."""

from litestar import Controller, get

from app.documentation import answers
from domain.chats.statistics.definitions import Definitions, definitions


class StatisticsController(Controller):
    path = "/api/statistics"
    tags = ("chats",)

    @get(
        "/definitions",
        operation_id="getStatisticsDefinitions",
        summary="How each statistic is defined",
        responses=answers(Definitions, definitions()),
    )
    async def get_definitions(self) -> Definitions:
        return definitions()
