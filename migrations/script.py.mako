"""${message}

Revision: ${up_revision}, after ${down_revision | comma,n}. Its functions and views are files (core/sql_files.py).
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    ${downgrades if downgrades else "pass"}
