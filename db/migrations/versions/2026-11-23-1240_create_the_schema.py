"""Create the tables of users, chats, credits, the catalogue and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()
    """,
    # Sealed values do not compress: no time is spent on trying.
    "ALTER TABLE chat ALTER COLUMN sealed_statistics SET STORAGE EXTERNAL",
    "ALTER TABLE chat ALTER COLUMN sealed_profile SET STORAGE EXTERNAL",
    "ALTER TABLE message ALTER COLUMN sealed SET STORAGE EXTERNAL",
)


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=True),
        sa.Column("last_name", sa.String(length=100), nullable=True),
        sa.Column("reopened_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pseudonym", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(deleted_at IS NULL AND pseudonym IS NULL AND issuer IS NOT NULL AND subject IS NOT NULL) OR (deleted_at IS NOT NULL AND pseudonym IS NOT NULL AND num_nonnulls(issuer, subject, email, first_name, last_name) = 0)",
            name=op.f("ck_app_user_live_or_tombstone"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
    )
    op.create_index(op.f("ix_app_user_pseudonym"), "app_user", ["pseudonym"], unique=False)
    op.create_index(
        "uq_app_user_live_identity",
        "app_user",
        ["issuer", "subject"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("base_cost", sa.Integer(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("name", name=op.f("uq_category_name")),
    )
    op.create_table(
        "chat_key",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_key")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("chat_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("flags", sa.SmallInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("chat_id", "position", name=op.f("uq_message_chat_id")),
    )
    op.create_table(
        "outbox_job",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sends", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_job")),
    )
    op.create_index(op.f("ix_outbox_job_send_at"), "outbox_job", ["send_at"], unique=False)
    op.create_table(
        "package",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("usd_cents", sa.Integer(), nullable=False),
        sa.Column("inr_paise", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("is_popular", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("coins > 0", name=op.f("ck_package_coins")),
        sa.CheckConstraint("usd_cents > 0 AND inr_paise > 0", name=op.f("ck_package_prices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
        sa.UniqueConstraint("name", name=op.f("uq_package_name")),
    )
    op.create_table(
        "chat",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("status", sa.String(), server_default="processing", nullable=False),
        sa.Column("stage", sa.String(), server_default="received", nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("platform", sa.String(), server_default="whatsapp", nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=True),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sealed_filename", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_profile", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_statistics", sa.LargeBinary(), nullable=True),
        sa.Column("import_report", postgresql.JSONB(), nullable=True),
        sa.Column("message_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("display_participant", sa.SmallInteger(), nullable=True),
        sa.Column("vector_status", sa.String(), server_default="pending", nullable=False),
        sa.Column("chunk_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("show_names", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("import_fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("import_lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_chat_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
    )
    op.create_index("ix_chat_user_id_created_at", "chat", ["user_id", "created_at"], unique=False)
    op.create_table(
        "insight_type",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("is_premium", sa.Boolean(), nullable=False),
        sa.Column("for_groups", sa.Boolean(), nullable=False),
        sa.Column("credit_cost", sa.Integer(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("credit_cost >= 0", name=op.f("ck_insight_type_credit_cost")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_insight_type_category_id_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight_type")),
        sa.UniqueConstraint("name", name=op.f("uq_insight_type_name")),
    )
    op.create_index(op.f("ix_insight_type_category_id"), "insight_type", ["category_id"], unique=False)
    op.create_table(
        "wallet",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("debt_allowed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_seq", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("first_seq", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("balance >= 0 OR debt_allowed", name=op.f("ck_wallet_covered")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_wallet_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet")),
        sa.UniqueConstraint("user_id", name=op.f("uq_wallet_user_id")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("wallet_id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "signup_bonus",
                "purchase",
                "insight_unlock",
                "refund",
                "clawback",
                "restore",
                "admin_adjustment",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ref_type", sa.String(), nullable=False),
        sa.Column("ref_id", sa.UUID(), nullable=False),
        sa.Column(
            "counter_account",
            sa.Enum(
                "promotions",
                "sales",
                "insights",
                "adjustments",
                name="counter_account",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("chat_id", sa.UUID(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_entry_amount")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_ledger_entry_seq")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_ledger_entry_wallet_id_wallet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("kind", "ref_type", "ref_id", name=op.f("uq_ledger_entry_kind")),
        sa.UniqueConstraint("wallet_id", "seq", name=op.f("uq_ledger_entry_wallet_id")),
    )
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("ledger_entry")
    op.drop_table("wallet")
    op.drop_index(op.f("ix_insight_type_category_id"), table_name="insight_type")
    op.drop_table("insight_type")
    op.drop_index("ix_chat_user_id_created_at", table_name="chat")
    op.drop_table("chat")
    op.drop_table("package")
    op.drop_index(op.f("ix_outbox_job_send_at"), table_name="outbox_job")
    op.drop_table("outbox_job")
    op.drop_table("message")
    op.drop_table("chat_key")
    op.drop_table("category")
    op.drop_index("uq_app_user_live_identity", table_name="app_user", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(op.f("ix_app_user_pseudonym"), table_name="app_user")
    op.drop_table("app_user")
    op.execute("DROP FUNCTION refuse_ledger_change")
