"""Vehicles of interest, and the moments they were seen."""
