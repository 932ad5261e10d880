"""Have an entry of the ledger name the order that it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_entry", sa.Column("order_id", sa.UUID(), nullable=True))


def downgrade() -> None:
    op.drop_column("ledger_entry", "order_id")
