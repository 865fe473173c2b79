"""Bare programs that do the least a webhook must do. They import nothing of the product."""
