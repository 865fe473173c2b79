"""An organisation's accounts with payment gateways: their secrets, and whose a webhook's address is."""

import json
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, crypto, db, ids, settings
from core.errors import Invalid, NotFound
from credit.gateways import GATEWAYS, Gateway, Keys
from credit.online import PaymentGateway

MAX_SECRETS = 2  # the present one, and the one before while its retries still come
SHORTEST_SECRET = 8


@dataclass(frozen=True)
class Account:
    """A gateway account ready for use. Any of `webhook_secrets` may sign; without `keys` links are made by hand."""

    org_id: UUID
    id: UUID
    provider: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    keys: Keys | None = None

    @property
    def gateway(self) -> Gateway:
        """What speaks this provider's language."""
        return GATEWAYS[self.provider]

    @property
    def webhook_url(self) -> str:
        """The address that the provider is told."""
        return f"{settings.current().public_base_url}/webhooks/{self.provider}/{public_id(self.id)}"


def connect(session: Session, provider: str, webhook_secret: str, keys: Keys | None = None) -> Account:
    """Add the account with a provider, or give it a new secret: the one before goes on signing. Audited.

    Keys that are not given stay as they are. Raises Invalid.
    """
    if provider not in GATEWAYS:
        raise Invalid(f"The provider is one of {', '.join(GATEWAYS)}.", field="provider", value=provider)
    if len(webhook_secret) < SHORTEST_SECRET or not webhook_secret.isprintable():
        raise Invalid(f"A webhook's secret has at least {SHORTEST_SECRET} characters.", field="webhook_secret")
    known = _of_provider(session, provider)
    before = _opened(known) if known else None
    row = known or _add(session, provider)
    secrets = tuple(dict.fromkeys([webhook_secret, *(before.webhook_secrets if before else ())]))[:MAX_SECRETS]
    account = Account(row.org_id, row.id, provider, secrets, keys or (before.keys if before else None))
    row.secrets = crypto.encrypt(_packed(account), place=_place(row.org_id, row.id))
    session.flush()
    audit.record(
        session,
        "gateway.connected" if before is None else "gateway.secret_changed",
        subject=public_id(row.id),
        after={"provider": provider, "makes_links": account.keys is not None},
    )
    return account


def resolve(provider: str, public: str) -> Account | None:
    """Whose webhook address this is, or None. Opens its own short transaction."""
    with db.transaction() as session:
        route = db.execute(
            session, "SELECT org_id, target_id FROM tenant_route WHERE kind = 'gateway' AND key = %s", (public,)
        ).first()
        if route is None:
            return None
        db.enter(session, route.org_id)
        account = get(session, route.target_id)
    return account if account.provider == provider else None


def get(session: Session, gateway_id: UUID) -> Account:
    """One account. Raises NotFound."""
    return _opened(db.fetch(session, PaymentGateway, gateway_id))


def of_provider(session: Session, provider: str) -> Account:
    """The organisation's account with this provider. Raises NotFound."""
    row = _of_provider(session, provider)
    if row is None:
        raise NotFound(f"There is no account with {provider}: connect one with ./bahi gateway connect.")
    return _opened(row)


def maker(session: Session) -> Account | None:
    """The account that makes links by itself, the oldest one when there are several; None without any."""
    of_org = select(PaymentGateway).where(PaymentGateway.org_id == db.org_of(session)).order_by(PaymentGateway.id)
    known = map(_opened, session.scalars(of_org))
    return next((account for account in known if account.keys is not None), None)


def public_id(gateway_id: UUID) -> str:
    """`gwy_...`"""
    return ids.public("gwy", gateway_id)


def _of_provider(session: Session, provider: str) -> PaymentGateway | None:
    of_org = PaymentGateway.org_id == db.org_of(session)
    return session.scalars(select(PaymentGateway).where(of_org, PaymentGateway.provider == provider)).first()


def _add(session: Session, provider: str) -> PaymentGateway:
    org_id, gateway_id = db.org_of(session), ids.new()
    row = PaymentGateway(org_id=org_id, id=gateway_id, provider=provider, secrets=b"", created_at=clock.now())
    session.add(row)
    db.execute(
        session,
        "INSERT INTO tenant_route (kind, key, org_id, target_id) VALUES ('gateway', %s, %s, %s)",
        (public_id(gateway_id), str(org_id), str(gateway_id)),
    )
    return row


def _packed(account: Account) -> str:
    keys = [account.keys.key_id, account.keys.key_secret] if account.keys else None
    return json.dumps({"webhook_secrets": account.webhook_secrets, "keys": keys})


def _opened(row: PaymentGateway) -> Account:
    known = json.loads(crypto.decrypt(row.secrets, place=_place(row.org_id, row.id)))
    keys = Keys(*known["keys"]) if known["keys"] else None
    return Account(row.org_id, row.id, row.provider, tuple(known["webhook_secrets"]), keys)


def _place(org_id: UUID, gateway_id: UUID) -> str:
    return f"payment_gateway|secrets|{org_id}|{gateway_id}"
