"""Record unlocks, and their insights, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "unlock",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("wallet_id", sa.UUID(), nullable=False),
        sa.Column("chat_id", sa.UUID(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=False),
        sa.Column(
            "status",
            _one_of("status", "queued", "running", "completed", "partial_failure", "failed", "cancelled"),
            server_default="queued",
            nullable=False,
        ),
        sa.Column(
            "stage",
            _one_of("stage", "queued", "indexing", "retrieving", "generating", "settled"),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("requested", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("charged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("refunded", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("stage_revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("charged >= 0 AND refunded BETWEEN 0 AND charged", name=op.f("ck_unlock_coins")),
        sa.CheckConstraint("(settled_at IS NULL) = (status IN ('queued', 'running'))", name=op.f("ck_unlock_settled")),
        sa.CheckConstraint("settled_at IS NOT NULL OR refunded = 0", name=op.f("ck_unlock_refunded")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_unlock_category_id_category")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_unlock_user_id_app_user")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_unlock_wallet_id_wallet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlock")),
    )
    op.create_index(
        "uq_unlock_live",
        "unlock",
        ["chat_id", "category_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'running', 'completed')"),
    )
    op.create_index("ix_unlock_user_id_chat_id", "unlock", ["user_id", "chat_id"], unique=False)
    op.create_index("ix_unlock_chat_id", "unlock", ["chat_id"], unique=False)
    op.create_index(
        "ix_unlock_deadline_at",
        "unlock",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_unlock_settled_at", "unlock", ["settled_at"], unique=False)
    op.create_table(
        "insight",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("unlock_id", sa.UUID(), nullable=False),
        sa.Column("chat_id", sa.UUID(), nullable=False),
        sa.Column("insight_type_id", sa.UUID(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            _one_of("status", "pending", "generating", "completed", "failed"),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("share > 0", name=op.f("ck_insight_share")),
        sa.CheckConstraint("status <> 'completed' OR sealed IS NOT NULL", name=op.f("ck_insight_delivered")),
        sa.CheckConstraint("status <> 'failed' OR error_code IS NOT NULL", name=op.f("ck_insight_reason")),
        sa.ForeignKeyConstraint(
            ["insight_type_id"], ["insight_type.id"], name=op.f("fk_insight_insight_type_id_insight_type")
        ),
        sa.ForeignKeyConstraint(["unlock_id"], ["unlock.id"], name=op.f("fk_insight_unlock_id_unlock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight")),
        sa.UniqueConstraint("unlock_id", "insight_type_id", name=op.f("uq_insight_unlock_id")),
    )
    op.create_index("ix_insight_chat_id", "insight", ["chat_id"], unique=False)
    op.create_index(
        "uq_insight_delivered",
        "insight",
        ["chat_id", "insight_type_id"],
        unique=True,
        postgresql_where=sa.text("status = 'completed'"),
    )
    # Sealed values do not compress: no time is spent on trying.
    op.execute("ALTER TABLE insight ALTER COLUMN sealed SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("insight")
    op.drop_table("unlock")
