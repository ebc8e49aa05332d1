"""Recipes that train the project's own networks; they need torch, which nothing that runs does."""
