"""What was filed, and whether a registration belongs to its document."""

from typing import Any

from marshmallow import fields

from admin_api.answers.shape import Answer, Day, Minor, Moment, Whole


class Month(fields.String):
    """A month such as 2026-11."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return f"{value:%Y-%m}"


class FiledOut(Answer):
    """A filed month; amounts are of its documents, less what its credit notes took back."""

    month = Month(attribute="month_on")
    filed_on = Day()
    reference = fields.String()
    documents = Whole()
    taxable_minor = Minor()
    tax_minor = Minor()
    created_at = Moment()


class RegistrationCheckOut(Answer):
    """Whether the portal's answer is this document's; `irn` is the one that the document must have."""

    number = fields.String()
    irn = fields.String()
    is_valid = fields.Boolean()
    is_signed = fields.Boolean()
    problems = fields.List(fields.String())
