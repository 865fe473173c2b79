"""Documents to keep books of."""

from tests.invoicing.conftest import issue

__all__ = ["issue"]
