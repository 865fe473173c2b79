"""What tests of notices share."""

from tests.chats import chat, open_chat, org, shop, stocked

__all__ = ["chat", "open_chat", "org", "shop", "stocked"]
