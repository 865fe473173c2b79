"""Fixtures of the transcript tests."""

from tests.chats import chat, open_chat, org, shop, stocked

__all__ = ["chat", "open_chat", "org", "shop", "stocked"]
