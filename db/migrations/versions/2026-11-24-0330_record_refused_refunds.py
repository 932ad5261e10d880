"""Record refunds that a provider refused, and let a key mean one refund of one admin."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "payment_refund_request"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("asked_amount", sa.Integer(), nullable=True))
    op.add_column(_TABLE, sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE payment_refund_request SET asked_amount = amount")
    op.drop_constraint(op.f("uq_payment_refund_request_order_id"), _TABLE)
    op.create_unique_constraint(op.f("uq_payment_refund_request_requested_by"), _TABLE, ["requested_by", "key_hash"])
    op.create_index(op.f("ix_payment_refund_request_order_id"), _TABLE, ["order_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_refund_request_order_id"), _TABLE)
    op.drop_constraint(op.f("uq_payment_refund_request_requested_by"), _TABLE)
    op.create_unique_constraint(op.f("uq_payment_refund_request_order_id"), _TABLE, ["order_id", "key_hash"])
    op.drop_column(_TABLE, "refused_at")
    op.drop_column(_TABLE, "asked_amount")
