"""The pages of founders and staff. They call the domain, as every door does."""
