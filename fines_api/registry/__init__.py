"""The local register of vehicles: what is on the road under a plate.  It holds no names."""
