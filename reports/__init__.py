"""Questions that only read, across the whole domain: risk, ageing, and what must always hold."""
