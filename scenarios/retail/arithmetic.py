"""The pocket calculator: sums as people type them, worked out without running anything."""

import math

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Transaction

_ALLOWED = frozenset("0123456789+-*/(). ")
_LONGEST = 1000
"""Characters; a sum of a few orders has less than a hundred."""
_DEEPEST = 50
_LEADING_ZEROS = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers (<string>, line 1)"
"""In Python's words: recordings of tau-bench have them."""


@tool
def calculate(world: Transaction, expression: str) -> str:  # noqa: ARG001
    """
    Work out a sum, rounded to cents.

    Args:
        expression: Numbers, ``+ - * /``, brackets and spaces, e.g. ``(12.50 + 3) * 2``.
    """
    if not _ALLOWED.issuperset(expression):
        raise Refusal("invalid-expression", "Invalid characters in expression")
    if len(expression) > _LONGEST:
        raise Refusal("invalid-expression", f"The expression is longer than {_LONGEST} characters")
    value = float(_Sum(expression).value())
    if not math.isfinite(value):
        raise Refusal("invalid-expression", "The result is too large")
    return str(round(value, 2))


class _Sum:
    """Recursive descent over one expression; whole numbers stay whole, so that no cent is lost in between."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text.strip(), 0, 0

    def value(self) -> int | float:
        """What it comes to; Refusal where it is no sum."""
        try:
            result = self._terms()
            if self._at < len(self._text):
                raise self._wrong()
            return float(result)
        except ZeroDivisionError:
            raise Refusal("invalid-expression", "division by zero") from None
        except OverflowError:
            raise Refusal("invalid-expression", "The result is too large") from None

    def _terms(self) -> int | float:
        total = self._factors()
        while sign := self._take("+", "-"):
            other = self._factors()
            total = total + other if sign == "+" else total - other
        return total

    def _factors(self) -> int | float:
        product = self._atom()
        while sign := self._take("*", "/"):
            other = self._atom()
            product = product * other if sign == "*" else product / other
        return product

    def _atom(self) -> int | float:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Refusal("invalid-expression", f"The expression is nested deeper than {_DEEPEST} levels")
        if sign := self._take("+", "-"):
            value = self._atom() if sign == "+" else -self._atom()
        elif self._take("("):
            value = self._terms()
            if not self._take(")"):
                raise self._wrong()
        else:
            value = self._number()
        self._depth -= 1
        return value

    def _number(self) -> int | float:
        self._skip()
        start = self._at
        while self._at < len(self._text) and self._text[self._at] in "0123456789.":
            self._at += 1
        digits = self._text[start : self._at]
        if digits.count(".") > 1 or not digits.strip("."):
            raise self._wrong()
        if digits.isdigit() and digits[0] == "0" and digits.strip("0"):
            raise Refusal("invalid-expression", _LEADING_ZEROS)
        return float(digits) if "." in digits else int(digits)

    def _take(self, *signs: str) -> str | None:
        self._skip()
        sign = self._text[self._at : self._at + 1]
        if sign not in signs:
            return None
        self._at += 1
        return sign

    def _skip(self) -> None:
        while self._text[self._at : self._at + 1] == " ":
            self._at += 1

    def _wrong(self) -> Refusal:
        return Refusal("invalid-expression", f"invalid syntax at character {self._at + 1} of {self._text!r}")
