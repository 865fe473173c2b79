"""The command line: one door among others, and the supervisor that keeps the processes of one machine alive."""
