"""The tables of jobs: heartbeats of the processes, and which periodic run of which organisation is done."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Moment, TenantOwned, Word, one_of


class Heartbeat(Base):
    """When a process last showed life (`tick`, `sweeper`): liveness is a row here, not a process that still runs."""

    __tablename__ = "heartbeat"

    name: Mapped[Word] = mapped_column(primary_key=True)
    at: Mapped[Moment]


class JobRun(TenantOwned, Base):
    """One periodic job of one organisation for one slot (a local date, or a date and hour): done at most once."""

    __tablename__ = "job_run"
    __table_args__ = (one_of("status", ["running", "done", "failed"]),)

    job: Mapped[Word] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[Word]
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
