"""Every invariant, one module each: adding a file here adds a check to `bahi doctor`."""

from importlib import import_module
from pkgutil import iter_modules

from reports.invariant import Invariant

NOT_APPLICABLE = {
    "I07": "what goes beyond a limit is a column that the database computes, so it cannot be anything else",
    "I27": "nobody signs in with a one-time code yet, and a code that is sent is refused",
    "I33": "needs the provider's lists, and the doctor asks nobody outside; a job repairs the outbox from them",
}


def load() -> list[Invariant]:
    """All of them in the order of their ids. Raises AttributeError for a module that states none."""
    names = sorted(module.name for module in iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").INVARIANT for name in names]
