"""Who takes part: organisations, their WhatsApp channels, users and roles, retailers, contacts, consent."""
