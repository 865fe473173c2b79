"""Makes requested payment links at their gateways: claimed and committed first, asked with no transaction open.

A try whose answer was lost is looked up by our reference, or repeated where the gateway answers a repetition with the
first result: no second link is made.
"""

from uuid import UUID

import requests
from requests.exceptions import RequestException

from core import db, logs
from credit import payment_links
from credit.gateways import Asking, EventMalformed, LinkNotMade, Made
from credit.payment_links import ClaimedLink

BATCH = 10
MAX_ATTEMPTS = 6
TIMEOUT_SECONDS = (3.05, 10)

_log = logs.get("make_links")


def run() -> None:
    """Make what is due, of every organisation."""
    with db.transaction(role=db.DOCTOR) as session:
        orgs = payment_links.organisations_due(session)
    for org_id in orgs:
        with db.transaction(org_id) as session:
            claimed = payment_links.claim(session, BATCH)
        for one in claimed:
            make(org_id, one)


def make(org_id: UUID, claimed: ClaimedLink) -> None:
    """Ask the gateway for one link and keep what it says; what stays open is tried again."""
    try:
        found = _ask(claimed)
    except LinkNotMade as error:
        _log.warning("link.refused", link=str(claimed.link_id), error=error.detail)
        _give_up(org_id, claimed, error.detail)
        return
    except (RequestException, EventMalformed) as error:
        _log.warning("gateway.unreachable", link=str(claimed.link_id), error=type(error).__name__)
        found = None
    if found is not None:
        with db.transaction(org_id) as session:
            payment_links.made(session, claimed.link_id, found)
    elif claimed.attempt >= MAX_ATTEMPTS:
        _give_up(org_id, claimed, "the gateway did not answer")


def _ask(claimed: ClaimedLink) -> Made | None:
    gateway, keys = claimed.account.gateway, claimed.account.keys
    if keys is None:
        raise LinkNotMade("the gateway's API key is gone")
    if claimed.attempt > 1:  # the answer to the first request may have been lost
        lookup = gateway.looking(claimed.wanted.reference, keys)
        found = gateway.answered(*_send(lookup)) if lookup else None
        if found is not None:
            return found
    return gateway.answered(*_send(gateway.asking(claimed.wanted, keys)))


def _send(asking: Asking) -> tuple[int, bytes]:
    answer = requests.request(
        asking.method,
        asking.url,
        headers=dict(asking.headers),
        data=asking.body or None,
        timeout=TIMEOUT_SECONDS,
        allow_redirects=False,
    )
    return answer.status_code, answer.content


def _give_up(org_id: UUID, claimed: ClaimedLink, why: str) -> None:
    with db.transaction(org_id) as session:
        payment_links.not_made(session, claimed.link_id, why)
