"""What happens to an organisation, as values; what follows from each stands in consequences/following.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Settings have other values than before."""

    names: frozenset[str]
