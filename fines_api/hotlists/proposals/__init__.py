"""What one person asked for and another must agree to."""
