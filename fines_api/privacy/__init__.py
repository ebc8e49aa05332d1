"""Privacy: those who did nothing are not a database; what the law lets us keep is kept, and no longer."""
