"""The schema and its revisions. Apart from `core.db`, because a web process never needs Alembic."""

from alembic import command
from alembic.config import Config

from core import db


def alembic_config(url: str) -> Config:
    """Alembic's configuration without a file on disk."""
    config = Config()
    config.set_main_option("script_location", str(db.ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", db.driver_url(url).replace("%", "%%"))
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, as the login that owns the tables."""
    command.upgrade(alembic_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision."""
    command.downgrade(alembic_config(url), revision)
