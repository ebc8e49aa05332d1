"""The lists themselves: what each may do, and how it stands."""
