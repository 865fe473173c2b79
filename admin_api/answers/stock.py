"""What is on the shelf."""

from typing import Any

from marshmallow import fields

from admin_api.answers.shape import Answer, Milli, PublicId


class Counted(fields.Boolean):
    """Whether anybody has counted: the first count is version 1."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> bool:
        return int(value) > 0


class StockOut(Answer):
    """Quantities in base units; `available` is what new orders may have."""

    product_id = PublicId("prd")
    sku = fields.String()
    name = fields.String()
    base_unit = fields.String()
    counted = Counted(attribute="version")
    on_hand = Milli(attribute="on_hand_milli")
    reserved = Milli(attribute="reserved_milli")
    available = Milli(attribute="available_milli")
