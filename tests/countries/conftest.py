"""A signed-in client, and goods, as other tests have them."""

from tests.admin_api.conftest import app, sign_in
from tests.orders.conftest import items

__all__ = ["app", "items", "sign_in"]
