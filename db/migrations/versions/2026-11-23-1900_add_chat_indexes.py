"""Record the versions of chats' indexes, and why a chat could not be indexed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_index",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("chat_id", sa.UUID(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="building", nullable=False),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=True),
        sa.Column("point_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_index")),
    )
    op.create_index(op.f("ix_chat_index_chat_id"), "chat_index", ["chat_id"], unique=False)
    for state in ("building", "live"):
        op.create_index(
            f"uq_chat_index_{state}",
            "chat_index",
            ["chat_id"],
            unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.create_index(
        "ix_chat_index_retired",
        "chat_index",
        ["retired_at"],
        unique=False,
        postgresql_where=sa.text("state = 'retired'"),
    )
    # Sealed values do not compress: no time is spent on trying.
    op.execute("ALTER TABLE chat_index ALTER COLUMN sealed_facts SET STORAGE EXTERNAL")
    op.add_column("chat", sa.Column("vector_error_code", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("chat", "vector_error_code")
    op.drop_table("chat_index")
