"""What stands in a passage in place of a plate when its term is over: the same for the same plate on one day only.

SHA-256 twice with the day's key, as in HMAC's outline, so that no text is the beginning of another.  Without the key a
pseudonym leads to no plate, and pseudonyms of two days do not lead to each other.  PostgreSQL computes the same in
``make_passage_pseudonym`` (revision 0009); a test holds the two together.
"""

import base64
import hashlib

MARK = "~"
"""No plate begins so: a pseudonym is never taken for a plate, nor found by one."""
LENGTH = 12
_SIGNS = str.maketrans("+/", "01")


def pseudonym(key: bytes, plate: str) -> str:
    """Return a plate's pseudonym: the mark and 12 characters 0-9 and A-Z, some 61 bits."""
    digest = hashlib.sha256(key + hashlib.sha256(key + plate.encode()).digest()).digest()
    return MARK + base64.b64encode(digest).decode().upper().translate(_SIGNS)[:LENGTH]
