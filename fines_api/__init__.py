"""Central service of Rubezh: one region's node, a complete system that works alone."""
