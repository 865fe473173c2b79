"""What a shop is told without having asked, by noun; and how goods, amounts and lists are written wherever we write."""

from notices import credit, disputes, documents, orders, payments, reminders

__all__ = ["credit", "disputes", "documents", "orders", "payments", "reminders"]
