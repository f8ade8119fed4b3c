"""Numbers on the screen: short, and never a lie."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gradviz.numbers import MINUS, factor, parsed, shown

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
HUGE = st.integers(-(10**400), 10**400)


@given(FLOATS | st.integers() | HUGE, st.integers(1, 8))
def test_only_exact_zero_is_shown_as_zero(number, digits):
    assert (shown(number, digits) == "0") == (number == 0)
    assert set(shown(number, digits)) != {"0", "."}


@given(FLOATS | st.integers(-(10**300), 10**300), st.integers(2, 8))
def test_what_is_shown_is_right_to_its_last_digit(number, digits):
    assume(abs(number) < 1e308)
    text = shown(number, digits)
    mantissa, _, exponent = text.replace(MINUS, "-").partition("e")
    places = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(exponent or 0) - places) if int(exponent or 0) > -300 else 0
    back = parsed(text)
    assert back == number or abs(back - number) <= max(0.51 * unit, abs(number) / 50)
    if abs(number) >= 1e-290:
        # Never fewer than two digits that count: 2 % is the most that gets lost.
        assert math.isclose(back, number, rel_tol=10.0 ** (1 - max(digits - 1, 1)))


@given(FLOATS | st.integers() | HUGE)
def test_a_number_is_short(number):
    assert len(shown(number)) <= 11  # −1.235e−300


@given(FLOATS | st.integers())
def test_a_minus_sign_is_a_real_one(number):
    text = shown(number)
    assert "-" not in text
    assert text.startswith(MINUS) == (number < 0)


@given(st.integers(-9_999_999, 9_999_999))
def test_whole_numbers_of_up_to_seven_digits_are_shown_whole(number):
    assert shown(number) == str(number).replace("-", MINUS)


@given(FLOATS)
def test_a_typed_number_is_the_number_itself(number):
    assert parsed(repr(number)) == number
    assert parsed(repr(number).replace("-", MINUS)) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.25, "0.25"),
        (-2, "−2"),
        (-0.0, "0"),
        (1e-5, "1e−5"),
        (0.001, "0.001"),
        (0.00012345, "1.23e−4"),
        (5e-324, "4.941e−324"),
        (1 / 3, "0.3333"),
        (-1.5e300, "−1.5e300"),
        (1234567, "1234567"),
        (12345678, "1.235e7"),
        (10**400, "1e400"),
        (float("nan"), "nan"),
        (float("inf"), "∞"),
        (-float("inf"), "−∞"),
        (None, "—"),
        ("(1+2j)", "(1+2j)"),
        ("Fraction(10, 3)", "Fraction(10…"),
    ],
)
def test_examples(number, text):
    assert shown(number) == text


def test_a_negative_factor_stands_in_brackets():
    assert [factor(n) for n in (2, -2, 0, -0.5)] == ["2", "(−2)", "0", "(−0.5)"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.25", 0.25),
        (" −3 ", -3.0),
        ("1/12", 1 / 12),
        ("−1 / 4", -0.25),
        ("1e-5", 1e-5),
        ("1_000", 1000.0),
        ("∞", math.inf),
        ("−∞", -math.inf),
        ("inf", math.inf),
    ],
)
def test_what_can_be_typed(text, number):
    assert parsed(text) == number


@pytest.mark.parametrize("text", ["abc", "1/0", "1/2/3", "--1", "0,5", "2 3", "1/"])
def test_what_is_no_number_is_told(text):
    with pytest.raises(ValueError, match=r" is not a number: ") as told:
        parsed(f" {text} ")
    assert str(told.value) == (
        f"{text} is not a number: write one such as 0.25, -3, 1/12 or 1e-5."
    )


def test_an_empty_field_is_told():
    with pytest.raises(ValueError, match=r" is not a number: ") as told:
        parsed("  ")
    assert str(told.value) == (
        "An empty field is not a number: write one such as 0.25, -3, 1/12 or 1e-5."
    )
