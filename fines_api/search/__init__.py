"""Searching what cameras saw, on the record: by a plate or a part of it, one vehicle's way, company and clones."""
