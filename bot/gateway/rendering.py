"""What goes over the wire for a message, given whether the 24-hour window is open: pure, no storage, no network.

Inside the window: free text; choices as buttons (up to three) or a list (up to ten), else as numbered text; a document
with its caption. Outside: only an approved template, without body, and a document only inside such a template.

Buttons and lists need a content resource at the provider. It is made per *shape*, not per message: its body is one
variable a line (values may not hold line breaks), so that a handful of resources serves every sentence.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core import i18n, settings, templates
from core.i18n import _
from core.metrics import LIMITS
from core.sending import ClaimedMessage, is_patient
from parties.contacts import window_open

MAX_TEXT = 1600  # of free text, in UTF-16 units
MAX_RICH = 1024  # of a body with buttons or a list, and of a document's caption
MAX_LINES = 60  # of a body with buttons or a list: the provider allows 100 variables
MAX_BUTTONS, MAX_BUTTON_TITLE = 3, 20
MAX_ROWS, MAX_ROW_TITLE = 10, 24
MAX_CHOICE_ID = 200
STALE = timedelta(hours=12)  # a reminder belongs to its day; after this its sentence may no longer be true

SHARED_DOCUMENTS = "/i/"


class Overtaken(Exception):
    """Events have overtaken this message: it must not be sent any more."""


class NoApprovedForm(Exception):
    """The window is closed and the message has no approved form."""


@dataclass(frozen=True)
class Content:
    """A content resource at the provider. `category` is set when WhatsApp must approve it."""

    name: str
    language: str
    body: dict[str, Any]  # `language`, `types` and sample `variables` as the Content API wants them
    category: str | None = None


@dataclass(frozen=True)
class MessageForm:
    """A message ready for the provider, except for the ids that only the provider knows."""

    body: str | None = None
    content: Content | None = None
    variables: dict[str, str] | None = None
    media_url: str | None = None


def render(
    message: ClaimedMessage, now: datetime, media_url: str | None = None, link: str | None = None
) -> MessageForm:
    """The form in which this message may go now. `media_url` is the document's fresh link, if it has one.

    `link` is for people: inside the window it goes in the text, in place of a document that cannot be fetched.
    Raises Overtaken or WindowClosed.
    """
    if is_patient(message) and now - message.created_at > STALE:
        raise Overtaken("its day has passed")
    if message.as_template or not window_open(message.last_inbound_at, now):
        return _outside(message, media_url)
    if link:
        return MessageForm(body=f"{shortened(_text(message), MAX_RICH)}\n{link}")
    if media_url:
        return MessageForm(body=shortened(_text(message), MAX_RICH), media_url=media_url)
    return _with_choices(message) or as_text(message)


def as_text(message: ClaimedMessage) -> MessageForm:
    """The message as free text, its choices numbered: what always works inside the window."""
    return MessageForm(body=shortened(_numbered(message), MAX_TEXT))


def possible_texts(message: ClaimedMessage) -> set[str]:
    """Every text that the provider may show for this message, spaces evened out: to find it again in a list."""
    texts = {_text(message), _numbered(message), shortened(_text(message), MAX_RICH)}
    texts.add(shortened(_numbered(message), MAX_TEXT))
    if message.template and message.params is not None:
        texts.add(templates.get(message.template).render(message.language, message.params))
    return {even(text) for text in texts}


def even(text: str) -> str:
    """A text for comparing: single spaces, no line breaks, no link to a document, which is another at each try."""
    return " ".join(word for word in text.split() if not word.startswith(_document_root()))


def shortened(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, cut at a line's end when there is one in the second half."""
    if _units(text) <= limit:
        return text
    LIMITS.labels("message_length").inc()
    while _units(text) > limit - 2:
        text = text[: -max(1, (_units(text) - limit + 2) // 2)]
    head, found, _ = text.rpartition("\n")
    return (head if found and len(head) > len(text) // 2 else text.rstrip()) + "\n…"


def _outside(message: ClaimedMessage, media_url: str | None) -> MessageForm:
    if not message.template or message.params is None:
        raise NoApprovedForm("free text outside the 24-hour window")
    template = templates.get(message.template)
    if template.category not in {"utility", "marketing", "authentication"}:
        raise NoApprovedForm(f"{template.name} is a sentence for inside the window")
    variables = template.variables(message.params)
    if message.attachment and media_url:
        place = str(len(variables) + 1)
        variables[place] = media_url.removeprefix(_document_root())
        return MessageForm(content=document_template(template, message.language, variables[place]), variables=variables)
    return MessageForm(content=text_template(template, message.language), variables=variables)


def text_template(template: templates.Template, language: str) -> Content:
    """The content resource of a template in one language; its samples are the parameters' own names."""
    return _template(template, language, {"twilio/text": {"body": template.numbered(language)}}, {})


def document_template(template: templates.Template, language: str, sample_path: str) -> Content:
    """A template that carries a PDF. The address is fixed up to `/i/`; WhatsApp fetches the sample when it approves."""
    place = str(len(template.params) + 1)
    media = {"body": template.numbered(language), "media": [f"{_document_root()}{{{{{place}}}}}"]}
    return _template(template, language, {"twilio/media": media}, {place: sample_path}, suffix="_document")


def _template(
    template: templates.Template, language: str, types: dict[str, Any], more: dict[str, str], suffix: str = ""
) -> Content:
    samples = {str(place): name.replace("_", " ") for place, name in enumerate(template.params, 1)}
    return Content(
        name=f"{template.name}{suffix}_v{template.version}",
        language=language,
        body={
            "language": _provider_language(language),
            "variables": {**samples, **more},
            "types": types,
        },
        category=template.category.upper(),
    )


def _provider_language(language: str) -> str:
    known = i18n.SPOKEN.get(language)
    return known.provider if known else language


def _with_choices(message: ClaimedMessage) -> MessageForm | None:
    """Buttons or a list, or None when there are no choices or they do not fit."""
    choices, text = message.choices or [], _text(message)
    lines = text.split("\n")
    titles = [title for _, title in choices]
    fits = _units(text) <= MAX_RICH and len(lines) <= MAX_LINES and any(line.strip() for line in lines)
    if not choices or not fits or any(not i or len(i) > MAX_CHOICE_ID for i, _ in choices) or not all(titles):
        return None
    if len(choices) <= MAX_BUTTONS and all(_units(title) <= MAX_BUTTON_TITLE for title in titles):
        return _buttons(lines, choices)
    if len(choices) <= MAX_ROWS and all(_units(title) <= MAX_ROW_TITLE for title in titles):
        return _list(lines, choices, message.language)
    return None


def _buttons(lines: list[str], choices: list[list[str]]) -> MessageForm:
    body, variables, shape = _shape(lines)
    actions = []
    for identifier, title in choices:
        place = len(variables) + 1
        actions.append({"type": "QUICK_REPLY", "title": f"{{{{{place}}}}}", "id": f"{{{{{place + 1}}}}}"})
        variables |= {str(place): templates.clean(title), str(place + 1): identifier}
    content = Content(
        name=f"buttons_{len(choices)}_{shape}_v{templates.VERSION}",
        language="en",
        body={
            "language": "en",
            "variables": _samples(variables),
            "types": {"twilio/quick-reply": {"body": body, "actions": actions}},
        },
    )
    return MessageForm(content=content, variables=variables)


def _list(lines: list[str], choices: list[list[str]], language: str) -> MessageForm:
    body, variables, shape = _shape(lines)
    items = []
    for identifier, title in choices:
        place = len(variables) + 1
        items.append({"item": f"{{{{{place}}}}}", "id": f"{{{{{place + 1}}}}}"})
        variables |= {str(place): templates.clean(title), str(place + 1): identifier}
    with i18n.speaking(language):
        picker = {"body": body, "button": _("Choose"), "items": items}
    content = Content(
        name=f"list_{len(choices)}_{shape}_v{templates.VERSION}",
        language=language,
        body={
            "language": _provider_language(language),
            "variables": _samples(variables),
            "types": {"twilio/list-picker": picker},
        },
    )
    return MessageForm(content=content, variables=variables)


def _shape(lines: list[str]) -> tuple[str, dict[str, str], str]:
    """A body with one variable a line, its values, and a name for its blocks (`3-2`: three, a blank, two)."""
    variables: dict[str, str] = {}
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            place = str(len(variables) + 1)
            variables[place] = templates.clean(line)
            parts[-1].append(f"{{{{{place}}}}}")
        elif parts[-1]:
            parts.append([])
    filled = [part for part in parts if part]
    body = "\n\n".join("\n".join(part) for part in filled)
    return body, variables, "-".join(str(len(part)) for part in filled)


def _samples(variables: dict[str, str]) -> dict[str, str]:
    """Sample values without anybody's data: a shape is shared by all conversations."""
    return {place: f"sample {place}" for place in variables}


def _text(message: ClaimedMessage) -> str:
    if message.body or not message.template:
        return message.body
    return templates.get(message.template).render(message.language, message.params or {})


def _numbered(message: ClaimedMessage) -> str:
    options = [f"{number}. {title}" for number, (_, title) in enumerate(message.choices or [], 1)]
    return "\n\n".join(part for part in (_text(message), "\n".join(options)) if part)


def _document_root() -> str:
    return settings.current().public_base_url + SHARED_DOCUMENTS


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
