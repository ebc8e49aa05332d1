"""The payment reference (УИН): what the citizen quotes to the bank; its last digit catches typing errors.

Twenty digits: ``188`` (administrator: Ministry of the Interior), ``1`` (traffic police), ``0`` (payment kind),
``1`` (made by an automatic camera), region (3), year (2), number (8), check digit.
"""

from fines_api.kit.errors import InvalidError

_PREFIX = "188101"
_REGION_DIGITS = 3
_NUMBER_DIGITS = 8
_BODY_DIGITS = 19
_MODULUS = 11
_TOO_LARGE = 10


def check_digit(body: str) -> int:
    """Return the check digit of a reference without it.

    Weights 1..10 repeat from the first digit; the sum modulo 11 is the digit.  If that is 10, the weights start at 3;
    if it is 10 again, the digit is 0 (order of the treasury on УИН).
    """
    for shift in (0, 2):
        total = sum(int(digit) * ((index + shift) % 10 + 1) for index, digit in enumerate(body)) % _MODULUS
        if total != _TOO_LARGE:
            return total
    return 0


def is_valid(reference: str) -> bool:
    """Tell whether the text is a reference whose check digit agrees."""
    return (
        len(reference) in {_BODY_DIGITS + 1, 25}
        and reference.isascii()
        and reference.isdigit()
        and check_digit(reference[:-1]) == int(reference[-1])
    )


def make_reference(region: str, year: int, sequence: int) -> str:
    """Return the reference of the decree with that number.

    Raises:
        InvalidError: the number does not fit (``decree.number_too_large``).
    """
    digits = region if region.isdecimal() and len(region) <= _REGION_DIGITS else "0"
    if not 0 < sequence < 10**_NUMBER_DIGITS:
        raise InvalidError(f"decree number {sequence} does not fit into a reference", code="decree.number_too_large")
    body = f"{_PREFIX}{int(digits):0{_REGION_DIGITS}d}{year % 100:02d}{sequence:0{_NUMBER_DIGITS}d}"
    return f"{body}{check_digit(body)}"
