"""Who is to be reminded of which bill today: decided and claimed by one statement, never twice.

Stages are T-1 (the day before a bill is due), T+0 (on that day) and T+3 (three days after). A stage belongs to its
local date: a run that was missed is caught up until the end of that date, and not sent later, when it would no longer
be true. Only closed days (the organisation's weekly closing and holidays) move a stage, to the next opening; a T-1
that would arrive on the due date or after it is dropped, since T+0 says more.

A stage that must not be sent is recorded as skipped, with the reason, so that it does not come up again. The claiming
statement sees open amounts, consent and payments as committed at that instant; what it returns is sent from the same
transaction. One message per retailer and day: bills that turn up after it that day are skipped as merged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, outbox
from credit import days
from credit.settings import CreditSettings
from parties import organisations
from parties.settings import Hours
from parties.tables import Organisation

OFFSETS = {"T-1": -1, "T+0": 0, "T+3": 3}
URGENCY = ("T-1", "T+0", "T+3")  # the last one is the most urgent
CLAIM_FREEZES = timedelta(hours=24)  # a payment that was said holds reminders back this long, then they go on
LONGEST_CLOSING = 14  # days; a longer holiday drops what falls into its first part

_CANDIDATES = """
WITH stage (name, due_on) AS (
    SELECT * FROM unnest(%(stages)s::text[], %(days)s::date[])
), late AS (
    SELECT DISTINCT b.retailer_id FROM stage JOIN bill b ON b.org_id = %(org)s AND b.open_minor > 0
        AND b.due_on = stage.due_on
), due AS (
    -- what is owed of a bill, not what is open: nobody is asked for more than is owed
    SELECT account.org_id, net.id, account.retailer_id, net.reference, net.due_on, net.bill_on, stage.name AS stage,
        net.open_minor, net.owed_minor, account.outstanding_minor,
        row_number() OVER (PARTITION BY net.id ORDER BY array_position(%(urgency)s::text[], stage.name) DESC) AS latest
    FROM late
    JOIN credit_account account ON account.org_id = %(org)s AND account.retailer_id = late.retailer_id
    CROSS JOIN LATERAL credit_net_bills(account.org_id, account.retailer_id, account.outstanding_minor) net
    JOIN stage ON stage.due_on = net.due_on
), judged AS (
    SELECT due.*, retailer.name AS retailer_name,
        reminded.status AS reminded,
        CASE
            WHEN reminded.status IS NOT NULL THEN 'already_' || reminded.status
            WHEN due.latest > 1 THEN 'overtaken'
            WHEN retailer.status <> 'active' THEN 'retailer_' || retailer.status
            WHEN retailer.reminders_paused THEN 'reminders_paused'
            WHEN contact.id IS NULL THEN 'no_contact'
            WHEN contact.opted_out_at IS NOT NULL THEN 'opted_out'
            WHEN claimed.retailer_id IS NOT NULL THEN 'payment_claimed'
            WHEN promised.retailer_id IS NOT NULL THEN 'promised'
            WHEN due.owed_minor = 0 THEN 'covered_by_money_on_account'
            WHEN due.outstanding_minor < %(smallest)s THEN 'small_amount'
            WHEN messaged.retailer_id IS NOT NULL THEN 'merged'
        END AS skip_reason
    FROM due
    JOIN retailer ON retailer.org_id = due.org_id AND retailer.id = due.retailer_id
    LEFT JOIN reminder reminded ON reminded.org_id = due.org_id AND reminded.bill_id = due.id
        AND reminded.due_on = due.due_on AND reminded.stage = due.stage
    LEFT JOIN LATERAL (
        SELECT c.id, c.opted_out_at FROM contact c
        WHERE c.org_id = due.org_id AND c.retailer_id = due.retailer_id
        ORDER BY (c.phone = retailer.phone) DESC NULLS LAST, c.created_at LIMIT 1
    ) contact ON true
    LEFT JOIN (
        SELECT DISTINCT retailer_id FROM payment_claim
        WHERE org_id = %(org)s AND status = 'claimed' AND freezes_reminders AND created_at > %(claimed_since)s
    ) claimed ON claimed.retailer_id = due.retailer_id
    LEFT JOIN promise promised ON promised.org_id = due.org_id AND promised.retailer_id = due.retailer_id
        AND promised.status = 'open' AND promised.promised_on >= %(today)s
    LEFT JOIN (
        SELECT DISTINCT retailer_id FROM reminder
        WHERE org_id = %(org)s AND local_on = %(today)s AND status = 'queued'
    ) messaged ON messaged.retailer_id = due.retailer_id
)
"""
_CLAIM = (
    _CANDIDATES
    + """, claimed_now AS (
    INSERT INTO reminder (org_id, id, bill_id, retailer_id, due_on, stage, status, skip_reason, open_minor, local_on,
                          created_at)
    SELECT org_id, gen_random_uuid(), id, retailer_id, due_on, stage,
           CASE WHEN skip_reason IS NULL THEN 'queued' ELSE 'skipped' END, skip_reason, owed_minor, %(today)s, %(at)s
    FROM judged WHERE reminded IS NULL
    ON CONFLICT (org_id, bill_id, due_on, stage) DO NOTHING
    RETURNING bill_id, stage, status
)
SELECT judged.retailer_id, judged.id, judged.reference, judged.stage, judged.due_on, judged.owed_minor
FROM claimed_now
JOIN judged ON judged.id = claimed_now.bill_id AND judged.stage = claimed_now.stage
WHERE claimed_now.status = 'queued'
ORDER BY judged.retailer_id, judged.due_on, judged.bill_on, judged.reference
"""
)
_PREVIEW = (
    _CANDIDATES
    + """
SELECT retailer_id, id, reference, stage, due_on, open_minor, owed_minor, retailer_name, skip_reason
FROM judged ORDER BY retailer_name, retailer_id, due_on, bill_on, reference
"""
)

_PAID = """
SELECT r.message_id FROM reminder r
LEFT JOIN (
    SELECT net.id FROM credit_account a
    CROSS JOIN LATERAL credit_net_bills(a.org_id, a.retailer_id, a.outstanding_minor) net
    WHERE a.org_id = %(org)s AND a.retailer_id = %(retailer)s AND net.owed_minor > 0
) owed ON owed.id = r.bill_id
WHERE r.org_id = %(org)s AND r.retailer_id = %(retailer)s AND r.message_id IS NOT NULL AND r.local_on >= %(since)s
GROUP BY r.message_id HAVING count(owed.id) = 0
"""


@dataclass(frozen=True)
class DueBill:
    """One bill to be reminded of, with what is owed of it after part payments and money on account."""

    retailer_id: UUID
    bill_id: UUID
    reference: str
    stage: str
    due_on: date
    owed_minor: int


@dataclass(frozen=True)
class Digest:
    """One message: all bills of one retailer that are due a stage today. `stage` is the most urgent one."""

    retailer_id: UUID
    bills: tuple[DueBill, ...]
    local_on: date

    @property
    def total_minor(self) -> int:
        """What is owed of these bills together."""
        return sum(bill.owed_minor for bill in self.bills)

    @property
    def stage(self) -> str:
        """The most urgent stage of these bills."""
        return max((bill.stage for bill in self.bills), key=URGENCY.index)


@dataclass(frozen=True)
class ReminderLine:
    """What a dry run says of one bill: its stage, what is owed of it, and why it would not be sent (None: it would)."""

    retailer_id: UUID
    bill_id: UUID
    reference: str
    stage: str
    due_on: date
    open_minor: int
    owed_minor: int
    retailer_name: str
    skip_reason: str | None


def claim(session: Session, today: date) -> list[Digest]:
    """Claim every stage that is due on this local date and not claimed yet; one digest per retailer.

    A second run on the same day claims only what is new. On a closed day it claims nothing.
    """
    asked = _asked(session, today)
    rows = db.execute(session, _CLAIM, {**asked, "at": clock.now()}) if asked["stages"] else ()
    return _digests((DueBill(*row) for row in rows), today)


def preview(session: Session, today: date) -> list[ReminderLine]:
    """What `claim` would do on this date as things stand: who gets which stage, who not, and why. Changes nothing."""
    asked = _asked(session, today)
    return [ReminderLine(*row) for row in db.execute(session, _PREVIEW, asked)] if asked["stages"] else []


def attach(session: Session, digest: Digest, message_id: UUID) -> None:
    """Note which message carries the digest."""
    _mark(session, digest, "message_id = %s", str(message_id))


def skip(session: Session, digest: Digest, reason: str) -> None:
    """Note that the digest was not sent after all, and why (a word, as in `skip_reason`)."""
    _mark(session, digest, "status = 'skipped', skip_reason = %s", reason)


def withdraw_paid(session: Session, retailer_id: UUID) -> int:
    """Call back reminders that wait to be sent when nothing is owed of their bills any more.

    Returns how many messages. What money on account covers is not owed.
    """
    since = days.today(session) - timedelta(days=1)
    paid = db.execute(session, _PAID, {"org": str(db.org_of(session)), "retailer": str(retailer_id), "since": since})
    waiting = [message_id for (message_id,) in paid]
    return outbox.withdraw(session, waiting, "paid meanwhile") if waiting else 0


def stage_days(organisation: Organisation, today: date) -> list[date]:
    """The dates whose stages are sent today: today, and the closed days just before it; none when closed today."""
    if _closed(organisation, today):
        return []
    dates = [today]
    while len(dates) <= LONGEST_CLOSING and _closed(organisation, dates[-1] - timedelta(days=1)):
        dates.append(dates[-1] - timedelta(days=1))
    return dates


def opening(organisation: Organisation, day: date) -> date | None:
    """The day on which the stages of `day` are sent: itself or the next opening; None when that is too far away."""
    days_on = (day + timedelta(days=later) for later in range(LONGEST_CLOSING))
    return next((one for one in days_on if not _closed(organisation, one)), None)


def sent_on(organisation: Organisation, stage: str, due_on: date) -> date | None:
    """The day on which a stage of a bill is sent; None when closed days make it drop out."""
    on = opening(organisation, due_on + timedelta(days=OFFSETS[stage]))
    return None if stage == "T-1" and on is not None and on >= due_on else on


def _closed(organisation: Organisation, day: date) -> bool:
    return not Hours.of(organisation).are_open(day)


def _asked(session: Session, today: date) -> dict[str, Any]:
    organisation = organisations.get(session)
    due = _due_dates(stage_days(organisation, today), today)
    return {
        "org": str(db.org_of(session)),
        "today": today,
        "stages": [stage for stage, _ in due],
        "days": [due_on for _, due_on in due],
        "urgency": list(URGENCY),
        "claimed_since": clock.now() - CLAIM_FREEZES,
        "smallest": CreditSettings.of(organisation).smallest_reminder_minor,
    }


def _due_dates(dates: list[date], today: date) -> list[tuple[str, date]]:
    """Stage and due date of the bills whose stage falls on these dates and is still true today."""
    due = [(stage, day - timedelta(days=offset)) for day in dates for stage, offset in OFFSETS.items()]
    return [(stage, due_on) for stage, due_on in due if stage != "T-1" or due_on > today]


def _digests(bills: Iterable[DueBill], today: date) -> list[Digest]:
    return [Digest(retailer_id, tuple(own), today) for retailer_id, own in groupby(bills, attrgetter("retailer_id"))]


def _mark(session: Session, digest: Digest, change: str, value: str) -> None:
    db.execute(
        session,
        f"UPDATE reminder SET {change} WHERE org_id = %s AND retailer_id = %s AND local_on = %s"
        " AND status = 'queued' AND message_id IS NULL AND bill_id = ANY(%s::uuid[])",
        (
            value,
            str(db.org_of(session)),
            str(digest.retailer_id),
            digest.local_on,
            [str(bill.bill_id) for bill in digest.bills],
        ),
    )
