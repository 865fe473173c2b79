"""Staff of an organisation, for tests that sign in."""

import uuid
from uuid import UUID

from core import db
from parties import users

PASSWORD = "correct horse battery"


def new_user(org_id: UUID, role: str = "owner") -> str:
    """Add a user with PASSWORD; returns the address to sign in with."""
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    with db.transaction(org_id) as session:
        users.create(session, email=email, role=role, password=PASSWORD)
    return email
