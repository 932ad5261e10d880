"""What must hold of unlocks, their insights and their coins, at any moment."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Interval, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Violation:
    """An unlock that breaks an invariant, or what an entry takes for an unlock."""

    invariant: str
    unlock_id: UUID
    expected: int
    found: int


_VIOLATIONS = text("""
WITH charge AS (
    SELECT wallet_id, ref_id, -amount AS coins FROM ledger_entry WHERE kind = 'insight_unlock' AND ref_type = 'unlock'
), refund AS (
    SELECT wallet_id, ref_id, amount AS coins FROM ledger_entry WHERE kind = 'refund' AND ref_type = 'unlock'
), made AS (
    SELECT unlock_id, count(*) AS insights, sum(share) AS shares,
           count(*) FILTER (WHERE insight.status = 'completed') AS delivered,
           coalesce(sum(share) FILTER (WHERE insight.status = 'completed'), 0) AS delivered_shares,
           count(*) FILTER (WHERE insight.status IN ('pending', 'generating')) AS unfinished
    FROM insight JOIN chat ON chat.id = insight.chat_id GROUP BY unlock_id
)
SELECT 'unlock_has_charge' AS invariant, unlock.id AS unlock_id, charged AS expected, coalesce(coins, 0) AS found
FROM unlock LEFT JOIN charge ON ref_id = unlock.id AND charge.wallet_id = unlock.wallet_id
WHERE coins IS DISTINCT FROM charged
UNION ALL
SELECT 'charge_has_unlock', ref_id, 0, coins FROM charge LEFT JOIN unlock ON unlock.id = ref_id WHERE unlock.id IS NULL
UNION ALL
SELECT 'refund_is_recorded', unlock.id, refunded, coalesce(coins, 0)
FROM unlock LEFT JOIN refund ON ref_id = unlock.id AND refund.wallet_id = unlock.wallet_id
WHERE coalesce(coins, 0) <> refunded
UNION ALL
SELECT 'refund_has_unlock', ref_id, 0, coins FROM refund LEFT JOIN unlock ON unlock.id = ref_id WHERE unlock.id IS NULL
UNION ALL
SELECT 'charge_is_sum_of_shares', unlock.id, shares, charged
FROM unlock JOIN made ON unlock_id = unlock.id WHERE shares <> charged OR insights <> requested
UNION ALL
SELECT 'completed_is_delivered', unlock.id, requested, unlock.delivered
FROM unlock LEFT JOIN made ON unlock_id = unlock.id
WHERE status = 'completed' AND (refunded <> 0 OR unlock.delivered <> requested OR made.delivered <> requested)
UNION ALL
SELECT 'failed_is_refunded', unlock.id, charged, refunded
FROM unlock LEFT JOIN made ON unlock_id = unlock.id
WHERE status = 'failed' AND (refunded <> charged OR unlock.delivered <> 0 OR made.delivered <> 0)
UNION ALL
SELECT 'refund_is_what_is_missing', unlock.id, charged - delivered_shares, refunded
FROM unlock JOIN made ON unlock_id = unlock.id
WHERE status = 'partial_failure' AND (refunded <> charged - delivered_shares OR unlock.delivered <> made.delivered)
UNION ALL
SELECT 'partial_is_partial', unlock.id, charged, refunded
FROM unlock WHERE status = 'partial_failure' AND NOT (refunded BETWEEN 1 AND charged - 1)
UNION ALL
SELECT 'settled_has_no_open_ends', unlock.id, 0, unfinished
FROM unlock JOIN made ON unlock_id = unlock.id WHERE settled_at IS NOT NULL AND unfinished > 0
UNION ALL
SELECT 'settled_in_time', id, 0, extract(epoch FROM now() - deadline_at)::bigint
FROM unlock WHERE settled_at IS NULL AND deadline_at < now() - :grace
ORDER BY invariant, unlock_id
""").bindparams(bindparam("grace", type_=Interval))


async def check_unlocks(session: AsyncSession, grace: timedelta) -> list[Violation]:
    """All of them, as far as the session's snapshot shows; deadlines may have passed by `grace`."""
    rows = (await session.execute(_VIOLATIONS, {"grace": grace})).all()
    return [Violation(row.invariant, row.unlock_id, int(row.expected), int(row.found)) for row in rows]
