"""Why a shop's credit is as it is, in its language: each rule with its number, and what would help."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core.i18n import _, format_money, isolate
from credit import accounts, guardrails, ladder
from credit.decisions import AUTOMATIC, BLOCKED, OK, PAUSED
from credit.guardrails import Reason
from credit.ladder import Evaluation
from credit.rules import Tried
from credit.tables import CreditAccount
from speech import refusals, wording


def explain(session: Session, retailer_id: UUID) -> str:
    """One message: the status, the rules behind it as they stand now, and the payment that would change it."""
    account, now = accounts.get(session, retailer_id), ladder.look(session, retailer_id)
    verdict = guardrails.judge(session, retailer_id, amount_minor=1)
    lines = [*_status(account, now), *_rules(account, now), *_reasons(account, verdict.reasons), *_help(account, now)]
    return wording.titled(_("Why your credit is as it is"), list(dict.fromkeys(lines)))


def _status(account: CreditAccount, now: Evaluation) -> Iterator[str]:
    if now.status == BLOCKED:
        yield _("Your account is blocked for credit. Please talk to us.")
    elif now.status == PAUSED:
        yield _("Credit is on hold at present.")
        if account.pause_source != AUTOMATIC:
            yield _("Our staff put it on hold. Please talk to us.")
    elif now.seen.stands.limit_minor is None:
        yield _("No credit is agreed: your orders are paid in cash or by UPI.")
    elif now.wanted == OK and now.facts.overdue_minor > 0:
        yield _("No rule stands in the way at present.")
    elif now.wanted == OK:
        yield _("Nothing is overdue and no rule stands in the way.")


def _rules(account: CreditAccount, now: Evaluation) -> Iterator[str]:
    """The rules that fired, each once; a rule of several levels says the same number."""
    for tried in now.fired:
        yield _rule(account, tried)


def _rule(account: CreditAccount, tried: Tried) -> str:
    number = isolate(str(tried.value))
    if tried.rule == "overdue_days":
        return _("Your oldest bill is %(days)s days past its due date.", days=number)
    if tried.rule == "overdue_minor":
        return _("Past due: %(amount)s.", amount=format_money(tried.value, account.currency))
    if tried.rule == "limit_used_percent":
        return _("Part of your limit in use: %(percent)s.", percent=isolate(f"{tried.value}%"))
    if tried.rule == "broken_promises":
        return _("Promises to pay that were not kept lately: %(count)s.", count=number)
    return _("Cheques that came back lately: %(count)s.", count=number)


def _reasons(account: CreditAccount, reasons: tuple[Reason, ...]) -> Iterator[str]:
    """What would refuse even the smallest order, beyond a pause or a block."""
    told = (refusals.allowed(reason, account.currency) for reason in reasons if reason.code != guardrails.PAUSED)
    yield from filter(None, told)


def _help(account: CreditAccount, now: Evaluation) -> Iterator[str]:
    if now.facts.overdue_minor > 0:
        amount = format_money(now.facts.overdue_minor, account.currency)
        yield _("Paying %(amount)s clears everything that is past due.", amount=amount)
