"""WhatsApp templates: sentences that may be sent outside the 24-hour window, approved by Meta word for word.

`locale/templates.json` is the source: per name its category, parameters in order, and the body in every language with
`{{name}}` parameters; a language of its own brings its bodies in `locale/LANGUAGE/templates.json`. Inside the window
the same body goes as free text. Parameter values are one line, without tabs and never empty: WhatsApp refuses the rest
(21656).
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.i18n import ENGLISH, LOCALE

_PARAMETER = re.compile(r"\{\{(\w+)\}\}")
_SPACES = re.compile(r"\s+")
VERSION = 1  # part of the name at Meta: a rejected or changed text needs a new name (an entry's own `version`)


@dataclass(frozen=True)
class Template:
    """One approved sentence in every language."""

    name: str
    category: str
    params: tuple[str, ...]
    body: dict[str, str]
    version: int = VERSION

    def numbered(self, language: str) -> str:
        """The body with `{{1}}`, `{{2}}` in the order of `params`, as the Content API wants it."""
        return _PARAMETER.sub(lambda found: f"{{{{{self.params.index(found[1]) + 1}}}}}", self._in(language))

    def _in(self, language: str) -> str:
        """The body in this language, or in English while it has none."""
        return self.body.get(language) or self.body[ENGLISH]

    def variables(self, values: dict[str, str]) -> dict[str, str]:
        """The Content API's variables; raises KeyError when one is missing."""
        return {str(place): clean(values[name]) for place, name in enumerate(self.params, 1)}

    def render(self, language: str, values: dict[str, str]) -> str:
        """The sentence as free text."""
        return _PARAMETER.sub(lambda found: clean(values[found[1]]), self._in(language))


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Template]:
    """All templates by name."""
    loaded: dict[str, dict[str, Any]] = json.loads((LOCALE / "templates.json").read_text(encoding="utf-8"))
    for path in LOCALE.glob("*/templates.json"):
        for name, body in json.loads(path.read_text(encoding="utf-8")).items():
            loaded[name]["body"][path.parent.name] = body
    return {
        name: Template(name, entry["category"], tuple(entry["params"]), entry["body"], entry.get("version", VERSION))
        for name, entry in loaded.items()
    }


def get(name: str) -> Template:
    """The template of this name; raises KeyError for one that does not exist."""
    return catalogue()[name]


def clean(value: str) -> str:
    """One line, single spaces, never empty: what WhatsApp accepts as a parameter."""
    return _SPACES.sub(" ", str(value)).strip() or "-"
