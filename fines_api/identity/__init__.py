"""Who is asking: users, roles, opaque sessions."""
