"""Cameras' identity: one-time enrolment codes, keys, short sessions, revocation."""
