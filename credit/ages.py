"""What is open by due date, and how old each shop's bills are: kept by triggers on `bill`, so that reading a total does
not read every bill.

`due_total` and `age_total` are added up when they are read: each change adds a part and locks nothing. A `retailer_age`
is true for the days from `aged_on` to `holds_until`; of other days it has to be looked at again.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import db, ids
from core.tables import Base, Minor, TenantOwned, belongs_to
from credit import days
from credit.tables import CreditAccount, Payment


class DueTotal(TenantOwned, Base):
    """A part of what is open and due on a day; parts of a day may be below zero, their sum is not."""

    __tablename__ = "due_total"

    due_on: Mapped[date] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    open_minor: Mapped[Minor]


class RetailerAge(TenantOwned, Base):
    """One shop's open bills, and how old they are on the days from `aged_on` to `holds_until` (None: for good).

    Of `bucket_bits` 1 says that something is not due, 2 that something is 1 to 30 days late, 4 to 60, 8 to 90, 16 more.
    """

    __tablename__ = "retailer_age"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        Index(
            "ix_retailer_age_overdue",
            "org_id",
            text("overdue_minor DESC"),
            "oldest_due_on",
            "retailer_id",
            postgresql_where=text("overdue_minor > 0"),
        ),
        Index("ix_retailer_age_holds", "org_id", "holds_until"),
        Index("ix_retailer_age_aged", "org_id", "aged_on"),
    )

    retailer_id: Mapped[UUID] = mapped_column(primary_key=True)
    aged_on: Mapped[date]
    open_minor: Mapped[Minor]
    overdue_minor: Mapped[Minor]
    oldest_due_on: Mapped[date | None]
    bucket_bits: Mapped[int] = mapped_column(Integer)
    holds_until: Mapped[date | None]


class AgeTotal(TenantOwned, Base):
    """A part of the number of shops with these `bucket_bits`."""

    __tablename__ = "age_total"

    bucket_bits: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    shops: Mapped[int] = mapped_column(BigInteger)


# Few of many: money that no bill took, and shops that are stopped or may have used up most of their limit, whatever the
# settings count; `risk_attention` looks at those closer.
Index(
    "ix_payment_on_account",
    Payment.org_id,
    Payment.retailer_id,
    postgresql_include=["unapplied_minor"],
    postgresql_where=text("status = 'posted' AND unapplied_minor > 0"),
)
Index(
    "ix_credit_account_near_limit",
    CreditAccount.org_id,
    CreditAccount.retailer_id,
    postgresql_where=text(
        "(outstanding_minor + reserved_minor) * 100 >= coalesce(nullif(limit_minor, 0), temporary_limit_minor) * 80"
    ),
)
Index(
    "ix_credit_account_stopped",
    CreditAccount.org_id,
    CreditAccount.retailer_id,
    postgresql_where=text("paused_at IS NOT NULL OR blocked_at IS NOT NULL"),
)


def renew(session: Session) -> int:
    """Age the shops whose bills fell due or into the next bucket since they were looked at. Locks their rows."""
    asked = {"org": str(db.org_of(session)), "on": days.today(session)}
    found: int = db.execute(session, "SELECT retailer_age_renew(p_org => %(org)s, p_on => %(on)s)", asked).scalar_one()
    return found


def fold(session: Session) -> int:
    """Add up the parts of each total; returns how many were taken together. Changes no total."""
    asked = {"org": str(db.org_of(session))}
    found: int = db.execute(session, "SELECT totals_fold(p_org => %(org)s)", asked).scalar_one()
    return found
