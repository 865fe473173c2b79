"""What is said and asked: one file is one conversation, beside what several of them share."""
