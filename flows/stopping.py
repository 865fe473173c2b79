"""Bad news of an account: what the rules make of it now, not at the next daily look, and the shop is told."""

from uuid import UUID

from sqlalchemy.orm import Session

import notices
from credit import ladder
from credit.ladder import Evaluation
from invoicing import cancelling


def after_setback(session: Session, retailer_id: UUID, cause: str) -> Evaluation:
    """Apply the rules of the status ladder after a bounced cheque or a reversed payment. Locks the account row.

    A cash discount that went with the money takes its note along.
    """
    cancelling.follow_credits(session, retailer_id, "the money that earned it went back")
    evaluation = ladder.evaluate(session, retailer_id, cause)
    notices.credit.status_changed(session, evaluation)
    return evaluation
