"""What a content resource may be and what the person sees of it: pure rules, no storage."""

import re
from typing import Any

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
ADJACENT_VARIABLES = re.compile(r"\}\}\s*\{\{")
IN_WINDOW_TYPES = {"twilio/text", "twilio/media", "twilio/quick-reply", "twilio/list-picker", "twilio/location"}
NEVER_TEMPLATES = {"twilio/list-picker", "twilio/location"}
MAX_RICH_BODY = 1024
MAX_TEMPLATE_BODY = 550  # Meta turns longer ones down at approval
MAX_SESSION_BUTTONS, MAX_TEMPLATE_BUTTONS = 3, 10
MAX_BUTTON_TITLE, MAX_BUTTON_ID = 20, 256
MAX_ROWS, MAX_ROW_TITLE, MAX_ROW_DESCRIPTION, MAX_ROW_ID = 10, 24, 72, 200


def main_type(content: dict[str, Any]) -> str:
    """The type shown on WhatsApp; twilio/text beside another type is only its fallback."""
    types: list[str] = list(content["types"])
    return next((name for name in types if name != "twilio/text"), types[0])


def problem_in(content: dict[str, Any]) -> str:
    """Why this cannot be created, or an empty text."""
    types = content.get("types")
    if not content.get("language"):
        return "language is required"
    if not isinstance(types, dict) or not types or not all(isinstance(part, dict) for part in types.values()):
        return "types is required: an object with at least one content type"
    variables = content.get("variables") or {}
    if not isinstance(variables, dict) or not all(isinstance(v, str) for v in variables.values()):
        return "variables must be an object of sample texts"
    if "twilio/text" in types and not types["twilio/text"].get("body"):
        return "twilio/text needs a body"
    name = main_type(content)
    return _problem_in_type(name, types[name])


def _problem_in_type(name: str, part: dict[str, Any]) -> str:
    if name in ("twilio/quick-reply", "twilio/list-picker", "twilio/text") and not part.get("body"):
        return f"{name} needs a body"
    if name == "twilio/media" and not part.get("media"):
        return "twilio/media needs a media list"
    if name == "twilio/quick-reply":
        return _problem_in_buttons(part.get("actions") or [])
    if name == "twilio/list-picker":
        return _problem_in_rows(part)
    return ""


def _problem_in_buttons(buttons: list[dict[str, Any]]) -> str:
    if not 1 <= len(buttons) <= MAX_TEMPLATE_BUTTONS:
        return f"a quick reply has 1 to {MAX_TEMPLATE_BUTTONS} buttons"
    if any(not button.get("title") for button in buttons):
        return "each button needs a title"
    if any(too_long(button["title"], MAX_BUTTON_TITLE) for button in buttons):
        return f"a button title has at most {MAX_BUTTON_TITLE} characters"
    return ""


def _problem_in_rows(part: dict[str, Any]) -> str:
    rows = part.get("items") or []
    if not part.get("button") or too_long(part["button"], MAX_BUTTON_TITLE):
        return f"a list needs a button of at most {MAX_BUTTON_TITLE} characters"
    if not 1 <= len(rows) <= MAX_ROWS:
        return f"a list has 1 to {MAX_ROWS} rows"
    if any(not row.get("item") or not row.get("id") for row in rows):
        return "each list row needs an item and an id"
    return ""


def too_long(text: str, limit: int) -> bool:
    """Whether text is over the limit already, variables apart (those are checked when filled in)."""
    return not VARIABLE.search(text) and len(text) > limit


def rejection_reason(content: dict[str, Any]) -> str:
    """Why Meta would turn this template down at approval, or an empty text."""
    name = main_type(content)
    if name in NEVER_TEMPLATES:
        return f"{name} cannot be a template"
    body = str(content["types"][name].get("body") or "")
    names = VARIABLE.findall(body)
    if VARIABLE.match(body) or re.search(r"\}\}\W*$", body):
        return "The body may not start or end with a variable"
    if ADJACENT_VARIABLES.search(body):
        return "Two variables may not stand side by side"
    if len(body) > MAX_TEMPLATE_BODY:
        return f"The body is longer than {MAX_TEMPLATE_BODY} characters"
    if any(not (content.get("variables") or {}).get(variable) for variable in names):
        return "Each variable needs a sample value"
    return _numbering_problem(sorted({int(v) for v in names if v.isdigit()}))


def _numbering_problem(numbers: list[int]) -> str:
    return "" if numbers == list(range(1, len(numbers) + 1)) else "Variables must be numbered 1, 2, 3 without gaps"


def variables_used(content: dict[str, Any]) -> set[str]:
    return set(VARIABLE.findall(repr(content["types"][main_type(content)])))


def rendered(content: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    """The message as shown: `{kind, body, media, buttons, rows, list_button}` with variables filled in."""
    name = main_type(content)
    values = {**(content.get("variables") or {}), **variables}
    part = _filled(content["types"][name], values)
    words = [part.get("header_text"), part.get("title"), part.get("body"), part.get("footer")]
    media = part.get("media") or []
    return {
        "kind": name,
        "body": "\n".join(str(word) for word in words if word) or str(part.get("label") or ""),
        "media": media if isinstance(media, str) else next(iter(media), ""),
        "buttons": [_button(action) for action in part.get("actions") or []],
        "rows": [_row(row) for row in part.get("items") or []] if name == "twilio/list-picker" else [],
        "list_button": str(part.get("button") or ""),
    }


def _filled(value: Any, variables: dict[str, str]) -> Any:
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: variables.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_filled(one, variables) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, variables) for key, one in value.items()}
    return value


def _button(action: dict[str, Any]) -> dict[str, str]:
    kind = str(action.get("type") or "QUICK_REPLY")
    link = str(action.get("url") or action.get("phone") or "")
    title = str(action.get("title") or "")
    return {"title": title, "id": str(action.get("id") or title), "kind": kind, "link": link}


def _row(item: dict[str, Any]) -> dict[str, str]:
    return {key: str(item.get(key) or "") for key in ("item", "id", "description")}


def breaks_limits(shown: dict[str, Any], is_approved: bool) -> int | None:
    """The error code WhatsApp would report for a filled-in message, or None."""
    limit = 1600 if shown["kind"] == "twilio/text" and not is_approved else MAX_RICH_BODY
    if len(shown["body"]) > limit:
        return 63021
    replies = [button for button in shown["buttons"] if button["kind"] == "QUICK_REPLY"]
    if len(replies) > (MAX_TEMPLATE_BUTTONS if is_approved else MAX_SESSION_BUTTONS):
        return 63005
    if any(len(b["title"]) > MAX_BUTTON_TITLE or len(b["id"]) > MAX_BUTTON_ID for b in replies):
        return 63005
    return 63005 if any(_row_breaks_limits(row) for row in shown["rows"]) else None


def _row_breaks_limits(row: dict[str, str]) -> bool:
    return (
        not 0 < len(row["item"]) <= MAX_ROW_TITLE
        or len(row["description"]) > MAX_ROW_DESCRIPTION
        or len(row["id"]) > MAX_ROW_ID
    )
