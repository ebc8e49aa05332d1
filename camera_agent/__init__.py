"""camera_agent."""
