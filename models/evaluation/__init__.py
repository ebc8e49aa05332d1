"""Plate readers measured end to end: a picture in, texts with places and confidences out."""
