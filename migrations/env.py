"""Alembic's environment: runs as the login that owns the tables, one transaction per migration."""

from alembic import context
from sqlalchemy import create_engine, pool

import bot.tables
import credit.arrangements
import credit.online
import credit.tables
import invoicing.tables
import orders.tables
import parties.tables
from core import audit, idempotency, outbox
from core.tables import Base

MODULES = (
    bot.tables,
    credit.online,
    credit.arrangements,
    credit.tables,
    invoicing.tables,
    orders.tables,
    parties.tables,
)
KERNEL = (audit, idempotency, outbox)

engine = create_engine(context.config.get_main_option("sqlalchemy.url", ""), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
