"""Who may do what, as groups of roles: the doors name one of these for every operation and page."""

EVERYBODY = frozenset({"owner", "admin", "accountant", "sales", "analyst"})
BOOKKEEPERS = frozenset({"owner", "admin", "accountant"})
SELLERS = frozenset({"owner", "admin", "accountant", "sales"})
FOUNDERS = frozenset({"owner", "admin"})
OWNER = frozenset({"owner"})
