"""Work that happens by itself. The scheduler only ticks; what is due is a question to PostgreSQL; Redis only wakes."""
