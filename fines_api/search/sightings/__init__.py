"""Sightings: passages as a searcher may see them, and what follows from where and when they were."""
