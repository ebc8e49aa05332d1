"""Pictures on their way out: the books let go first, then the storage, and only of what nothing refers to."""
