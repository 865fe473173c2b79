"""What is sold and ordered: the catalogue, prices, understanding order text, carts, orders and their recovery."""
