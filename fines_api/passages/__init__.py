"""Passages: every vehicle a camera saw go by."""
