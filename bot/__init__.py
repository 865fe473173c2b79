"""The conversation engine and the WhatsApp gateway. It knows no business: flows do."""
