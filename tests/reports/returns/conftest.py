"""Documents to file."""

from tests.invoicing.conftest import issue

__all__ = ["issue"]
