"""Whole files onto a list: read, compare, report, agree, apply in chunks."""
