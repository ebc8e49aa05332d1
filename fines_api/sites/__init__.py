"""Surveyed sites and their versions."""
