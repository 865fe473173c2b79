"""PostgreSQL and Redis of this folder's own, for machines that have neither.

The server binaries come from installed Python packages (or the system); starting, finding again, guarding and
stopping them is ours. `services.running` is the one way in.
"""
