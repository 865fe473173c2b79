"""The table of the reports: insights, which are counted at night and read by day."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Moment, TenantOwned, belongs_to


class Insight(TenantOwned, Base):
    """What is worth knowing of one shop, as it was when it was counted."""

    __tablename__ = "insight"
    __table_args__ = (belongs_to("retailer", "retailer_id"),)

    retailer_id: Mapped[UUID] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    computed_at: Mapped[Moment]
