"""The schema: its revisions, then the functions and views of the files. Apart from `core.db`, because a web process
never needs Alembic.
"""

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine

from core import db, sql_files


def alembic_config(url: str) -> Config:
    """Alembic's configuration without a file on disk."""
    config = Config()
    config.set_main_option("script_location", str(db.ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", db.driver_url(url).replace("%", "%%"))
    return config


def migrate(url: str) -> None:
    """Bring the database to this code's schema, as the login that owns the tables."""
    command.upgrade(alembic_config(url), "head")
    with create_engine(db.driver_url(url), poolclass=NullPool).begin() as connection:
        sql_files.install(connection.connection.cursor())
