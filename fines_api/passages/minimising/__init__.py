"""Days of passages losing what the law no longer lets us keep."""
