"""Add the tables of payments: orders, what went back of them, and events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("stripe", "razorpay", name="provider", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("provider_order_id", sa.String(), nullable=True),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("event", postgresql.JSONB(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "credited",
                "clawed_back",
                "restored",
                "recorded",
                "needs_review",
                "unmatched",
                "ignored",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_webhook_event_provider")),
    )
    op.create_index(
        "ix_webhook_event_sealed",
        "webhook_event",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("sealed_body IS NOT NULL"),
    )
    op.create_index(
        "ix_webhook_event_unmatched",
        "webhook_event",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("result = 'unmatched'"),
    )
    op.create_table(
        "payment_order",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("wallet_id", sa.UUID(), nullable=False),
        sa.Column("package_id", sa.UUID(), nullable=False),
        sa.Column("package_name", sa.String(), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("stripe", "razorpay", name="provider", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "creating",
                "pending",
                "processing",
                "completed",
                "failed",
                "refunded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("provider_order_id", sa.String(), nullable=True),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("received_amount", sa.BigInteger(), nullable=True),
        sa.Column("received_currency", sa.String(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "review_reason",
            sa.Enum(
                "amount_differs",
                "currency_differs",
                "partly_captured",
                "paid_otherwise",
                "reversal_currency_differs",
                name="review_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("coins_clawed_back", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("creating_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reconcile_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("coins > 0 AND amount > 0", name=op.f("ck_payment_order_positive")),
        sa.CheckConstraint("coins_clawed_back BETWEEN 0 AND coins", name=op.f("ck_payment_order_clawed_back")),
        sa.CheckConstraint("paid_at IS NOT NULL OR coins_clawed_back = 0", name=op.f("ck_payment_order_paid_first")),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_payment_order_package_id_package")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_payment_order_user_id_app_user")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_payment_order_wallet_id_wallet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_order")),
        sa.UniqueConstraint("provider_order_id", "provider", name=op.f("uq_payment_order_provider_order_id")),
        sa.UniqueConstraint("user_id", "key_hash", name=op.f("uq_payment_order_user_id")),
    )
    op.create_index("ix_payment_order_payment_id", "payment_order", ["payment_id"], unique=False)
    op.create_index(
        "ix_payment_order_reconcile_at",
        "payment_order",
        ["reconcile_at"],
        unique=False,
        postgresql_where=sa.text("reconcile_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_payment_order_wallet_id"), "payment_order", ["wallet_id"], unique=False)
    op.create_table(
        "payment_refund_request",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("requested_by", sa.UUID(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("provider_refund_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_refund_request_amount")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payment_order.id"], name=op.f("fk_payment_refund_request_order_id_payment_order")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["app_user.id"], name=op.f("fk_payment_refund_request_requested_by_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refund_request")),
        sa.UniqueConstraint("order_id", "key_hash", name=op.f("uq_payment_refund_request_order_id")),
    )
    op.create_table(
        "payment_reversal",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum("stripe", "razorpay", name="provider", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "refund", "refund_total", "dispute", name="kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payment_order.id"], name=op.f("fk_payment_reversal_order_id_payment_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_reversal")),
        sa.UniqueConstraint("provider", "kind", "reference", name=op.f("uq_payment_reversal_provider")),
    )
    op.create_index(op.f("ix_payment_reversal_order_id"), "payment_reversal", ["order_id"], unique=False)
    # Sealed values do not compress: no time is spent on trying.
    op.execute("ALTER TABLE webhook_event ALTER COLUMN sealed_body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_reversal_order_id"), table_name="payment_reversal")
    op.drop_table("payment_reversal")
    op.drop_table("payment_refund_request")
    op.drop_index(op.f("ix_payment_order_wallet_id"), table_name="payment_order")
    op.drop_index(
        "ix_payment_order_reconcile_at",
        table_name="payment_order",
        postgresql_where=sa.text("reconcile_at IS NOT NULL"),
    )
    op.drop_index("ix_payment_order_payment_id", table_name="payment_order")
    op.drop_table("payment_order")
    op.drop_index(
        "ix_webhook_event_unmatched", table_name="webhook_event", postgresql_where=sa.text("result = 'unmatched'")
    )
    op.drop_index(
        "ix_webhook_event_sealed", table_name="webhook_event", postgresql_where=sa.text("sealed_body IS NOT NULL")
    )
    op.drop_table("webhook_event")
