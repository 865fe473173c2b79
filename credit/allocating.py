"""Which bills a payment settles: first those that were named, then the oldest, until the money is used up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from core import db, ids
from core.errors import DomainError, Invalid, NotFound

FIRST_PAGE, LATER_PAGES = 8, 2000
MAX_CHOSEN = 200

# Ordered exactly as ix_bill_open_of_retailer: the planner then takes it without statistics, also for a shop whose bills
# were imported a moment ago.
_OPEN = """
SELECT id, reference, open_minor, amount_minor FROM bill
WHERE org_id = %s AND retailer_id = %s AND open_minor > 0
ORDER BY due_on, bill_on, reference LIMIT %s OFFSET %s
"""
_NAMED = """
SELECT id, reference, open_minor, amount_minor FROM bill
WHERE org_id = %s AND retailer_id = %s AND id = ANY(%s::uuid[])
"""
_APPLIED = """
SELECT a.bill_id, b.reference, sum(a.amount_minor)::bigint FROM allocation a
JOIN bill b ON b.org_id = a.org_id AND b.id = a.bill_id
WHERE a.org_id = %s AND a.payment_id = %s GROUP BY a.bill_id, b.reference HAVING sum(a.amount_minor) <> 0
ORDER BY a.bill_id
"""


class OverAllocated(DomainError):
    """More was put to a bill than is open, or more in all than was paid."""

    code = "OVER_ALLOCATED"
    status = 422
    detail = "More was allocated than is open on the bill or than was paid."


BillShare = tuple[UUID, int]  # a bill, and the part of the payment that somebody puts to it


@dataclass(frozen=True)
class Allocated:
    """The part of a payment that was put to a bill; `reference` is the bill's (an invoice number).

    `bill_minor` is the bill's whole amount, where the bill was read.
    """

    bill_id: UUID
    reference: str
    amount_minor: int
    bill_minor: int | None = field(default=None, compare=False)


class PayableBill(NamedTuple):
    """A bill, what is left to pay of it, and what it was."""

    id: UUID
    reference: str
    open_minor: int
    amount_minor: int


def plan(
    session: Session,
    retailer_id: UUID,
    amount_minor: int,
    chosen: Sequence[BillShare],
    *,
    spread: bool = True,
    first: Sequence[PayableBill] | None = None,
) -> list[Allocated]:
    """Named bills first, then oldest first by due date, bill date, reference. Never more than `amount_minor`.

    Without `spread` only the named bills are settled. `first` is the first page of open bills, when it was read under
    the lock already. The caller holds the account's lock. Raises Invalid, NotFound (not this retailer's bill),
    OverAllocated.
    """
    named = _take_chosen(session, retailer_id, amount_minor, chosen)
    if not spread:
        return named
    parts = {one.bill_id: one.amount_minor for one in named}
    left = amount_minor - sum(parts.values())
    oldest = _take_oldest(_oldest(session, retailer_id, first), left, parts) if left else ()
    return _merged([*named, *oldest])


def applied_to(session: Session, payment_id: UUID) -> list[Allocated]:
    """What a payment settles now, net of what was taken back."""
    rows = db.execute(session, _APPLIED, (str(db.org_of(session)), str(payment_id)))
    return [Allocated(*row) for row in rows]


def _take_chosen(
    session: Session, retailer_id: UUID, amount_minor: int, chosen: Sequence[BillShare]
) -> list[Allocated]:
    if not chosen:
        return []
    _check_chosen(amount_minor, chosen)
    named = [str(bill_id) for bill_id, _ in chosen]
    rows = db.execute(session, _NAMED, (str(db.org_of(session)), str(retailer_id), named))
    found = {row[0]: PayableBill(*row) for row in rows}
    return [_share_of(found.get(bill_id), bill_id, part_minor) for bill_id, part_minor in chosen]


def _check_chosen(amount_minor: int, chosen: Sequence[BillShare]) -> None:
    if len(chosen) > MAX_CHOSEN:
        raise Invalid(f"Name at most {MAX_CHOSEN} bills.", field="allocations")
    if any(part_minor <= 0 for _, part_minor in chosen):
        raise Invalid("Each allocation is above zero.", field="allocations")
    if len({bill_id for bill_id, _ in chosen}) < len(chosen):
        raise Invalid("Each bill is named once.", field="allocations")
    allocated = sum(part_minor for _, part_minor in chosen)
    if allocated > amount_minor:
        raise OverAllocated(allocated_minor=allocated, amount_minor=amount_minor)


def _share_of(bill: PayableBill | None, bill_id: UUID, part_minor: int) -> Allocated:
    if bill is None:
        raise NotFound(kind="Bill", id=ids.public("bil", bill_id))
    if part_minor > bill.open_minor:
        raise OverAllocated(bill_id=ids.public("bil", bill_id), open_minor=bill.open_minor, allocated_minor=part_minor)
    return Allocated(bill_id, bill.reference, part_minor, bill.amount_minor)


def _take_oldest(open_bills: Iterable[PayableBill], left: int, named: dict[UUID, int]) -> Iterator[Allocated]:
    for bill in open_bills:
        part = min(left, bill.open_minor - named.get(bill.id, 0))
        if part:
            yield Allocated(bill.id, bill.reference, part, bill.amount_minor)
        left -= part
        if not left:
            return


def _merged(parts: Sequence[Allocated]) -> list[Allocated]:
    """One row per bill: a bill may be named for a part and be the oldest too."""
    whole: dict[UUID, Allocated] = {}
    for part in parts:
        before = whole[part.bill_id].amount_minor if part.bill_id in whole else 0
        whole[part.bill_id] = replace(part, amount_minor=before + part.amount_minor)
    return list(whole.values())


def _oldest(session: Session, retailer_id: UUID, first: Sequence[PayableBill] | None) -> Iterator[PayableBill]:
    """Open bills, a few first: most payments settle one or two, whatever is open."""
    size, skip, page = FIRST_PAGE, 0, first
    while True:
        if page is None:
            where = (str(db.org_of(session)), str(retailer_id), size, skip)
            page = [PayableBill(*row) for row in db.execute(session, _OPEN, where)]
        yield from page
        if len(page) < size:
            return
        skip, size, page = skip + size, LATER_PAGES, None
