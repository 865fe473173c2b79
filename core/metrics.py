"""Counters and timings for `/metrics`. Names say what is counted; labels never hold a person."""

from prometheus_client import Counter, Histogram

TURNS = Counter("bahi_turns_total", "Chat messages by outcome", ["outcome"])
TURN_SECONDS = Histogram("bahi_turn_seconds", "Seconds from webhook to commit")
SENT = Counter("bahi_messages_sent_total", "Messages handed to the provider by outcome", ["outcome"])
CALLBACKS = Counter("bahi_status_callbacks_total", "Delivery callbacks by status", ["status"])
HINTS_LOST = Counter("bahi_hints_lost_total", "Wake-up hints that Redis did not take")
REFUSALS = Counter("bahi_credit_refusals_total", "Credit orders refused by reason", ["reason"])
LIMITS = Counter("bahi_limits_reached_total", "Inputs cut or refused by a limit", ["limit"])
