"""Regions: what this region tells the others and hears from them, over a hub it can live without."""
