"""Money against a decree: asked for, received once, added up exactly."""
