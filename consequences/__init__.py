"""What follows from what happened, whichever door it came through: in the change's own transaction."""
