"""What is said and asked: one file is one conversation. Adding a conversation is adding a file."""
