"""What a shop is told of a bill that it disputed."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.markup import plain
from core import db
from core.i18n import format_money, isolate, speaking
from credit import accounts, bills
from credit.arrangements import Dispute
from notices import addressing
from speech import wording


def settled(session: Session, dispute_id: UUID) -> UUID | None:
    """Say how a dispute about a bill ended: what is taken off, what stays, why in the words of staff."""
    dispute = db.fetch(session, Dispute, dispute_id)
    to = addressing.addressee(session, dispute.retailer_id)
    if to is None:
        return None
    stands, accepted = accounts.position(session, dispute.retailer_id), dispute.accepted_minor
    rest = dispute.amount_minor - accepted
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "bill_no": isolate(plain(bills.get(session, dispute.bill_id).reference)),
            "accepted": format_money(accepted, stands.currency),
            "rest": format_money(rest, stands.currency),
            "reason": addressing.reason(dispute.settlement),
            "balance": wording.balance(stands.outstanding_minor, stands.currency),
            "phone": isolate(to.phone),
        }
    template = "dispute_declined" if not accepted else "dispute_partly_accepted" if rest else "dispute_accepted"
    return addressing.put(session, to, template, params, dedupe_key=f"dispute:{dispute.id}")
