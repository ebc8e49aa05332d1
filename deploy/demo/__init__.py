"""The whole system on one machine: two regions, their hub, a camera, and a story from a video to a paid fine."""
