"""Read-only answers across the domain: one shop's credit, risk and ageing, and whether everything holds."""
