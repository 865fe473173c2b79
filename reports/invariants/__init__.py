"""Every invariant, one module each: adding a file here adds a check to `bahi doctor`."""

from importlib import import_module
from pkgutil import iter_modules

from reports.invariant import Invariant


def load() -> list[Invariant]:
    """All of them in the order of their ids. Raises AttributeError for a module that states none."""
    names = sorted(module.name for module in iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").INVARIANT for name in names]
