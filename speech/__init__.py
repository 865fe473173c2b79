"""How things are put into words, and how a list is heard: what several conversations say, and notices too; by noun.

A rule that something here tells of stands where its noun does, in `orders` or `credit`.
"""
