"""A person decides: approve, reject, or find the evidence insufficient; name and time are on record."""
