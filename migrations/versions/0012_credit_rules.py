"""The settings of an organisation get a version, so that nobody overwrites what they have not seen.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.add_column("organisation", sa.Column("settings_version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.drop_column("organisation", "settings_version")
