"""Where a stream's timestamps cannot be followed: speed is distance over time, so time must not have a hole."""

MAX_GAP_S = 5.0


def is_break(previous_s: float | None, next_s: float) -> bool:
    """Tell whether presentation time stood still, ran backwards, or leapt further ahead than a stall explains."""
    return previous_s is not None and not 0.0 < next_s - previous_s <= MAX_GAP_S
