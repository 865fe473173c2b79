"""What a turn, an order, a replay and a callback cost, measured against a bare floor: `make bench`."""
