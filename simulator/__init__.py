"""A stand-in for Twilio with a WhatsApp-like page: Bahi talks to it over HTTP as if it were the real thing.

It imports nothing of the product and the product has no branch for it: Bahi's REST calls come here because
TWILIO_API_BASE_URL says so, and messages go to Bahi as signed webhooks, the way Twilio posts them.
"""
