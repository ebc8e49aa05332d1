"""The chain of one camera: pictures in, recorded events out; and who watches over it.

Import the modules by name: the supervisor must not load the networks that its child loads.
"""
