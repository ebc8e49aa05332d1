"""From pixels to metres: the surveyed road plane, lanes and lines, and speed with its uncertainty."""
