"""Bad news of an account: what the rules make of it now, not at the next daily look."""

from sqlalchemy.orm import Session

from credit import ladder
from credit.events import CreditTakenBack, PaymentFailed
from invoicing import cancelling

MONEY_WENT = "the money that earned it went back"


def after_failure(session: Session, event: PaymentFailed) -> None:
    """Apply the status rules; a cash discount that went with the money takes its note along."""
    cancelling.follow_credits(session, event.retailer_id, MONEY_WENT)
    ladder.evaluate(session, event.retailer_id, event.cause)


def cancel_papers(session: Session, event: CreditTakenBack) -> None:
    """The notes go whose credit went back without them."""
    cancelling.follow_credits(session, event.retailer_id, cancelling.CREDIT_WENT)
