"""Returns to the tax authorities, computed from the documents that were issued."""
