"""The reference that rides in a status callback's address: which organisation's message it is about.

The address is signed by the provider, so the reference can be trusted as far as the signature.
"""

from uuid import UUID

from core import settings

PATH = "/webhooks/twilio/status"


def callback_url(org_id: UUID, message_id: UUID) -> str:
    """Where the provider reports about this message."""
    return f"{settings.current().public_base_url}{PATH}?ref={org_id.hex}.{message_id.hex}"


def parse(ref: str) -> tuple[UUID, UUID] | None:
    """(organisation, message), or None for anything else."""
    org, _, message = ref.partition(".")
    try:
        return UUID(hex=org), UUID(hex=message)
    except ValueError:
        return None
