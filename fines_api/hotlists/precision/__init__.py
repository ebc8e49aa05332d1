"""What a hit is worth, measured: how many were right, by list and by camera."""
