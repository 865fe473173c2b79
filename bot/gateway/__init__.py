"""WhatsApp through Twilio: what goes over the wire, and what comes of it. Nothing outside this package knows Twilio."""
