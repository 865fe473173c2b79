"""The JSON API of founders and staff: one file per noun, every route with its permission."""
