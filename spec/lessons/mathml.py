"""Formulas with numbers in them, as MathML, which browsers and screen readers speak without help."""

from fractions import Fraction


def math(*parts: str) -> str:
    """A formula on a line of its own; on a narrow screen a keyboard can scroll it."""
    return f'<math display="block" tabindex="0"><mrow>{"".join(parts)}</mrow></math>'


def num(value: object) -> str:
    """A number; a fraction as one."""
    if isinstance(value, Fraction) and value.denominator != 1:
        return frac(num(value.numerator), num(value.denominator))
    text = str(value)
    return f"<mo>−</mo><mn>{text[1:]}</mn>" if text.startswith("-") else f"<mn>{text}</mn>"


def var(name: str) -> str:
    """A variable: one letter, or several with an index after "_"."""
    base, _, index = name.partition("_")
    return f"<msub><mi>{base}</mi><mi>{index}</mi></msub>" if index else f"<mi>{base}</mi>"


def op(sign: str) -> str:
    """An operator: + - × = ⌊ ⌋ ..."""
    return f"<mo>{sign}</mo>"


def frac(above: str, below: str) -> str:
    """A fraction."""
    return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"


def power(base: str, exponent: str) -> str:
    """A power."""
    return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"


def floor(inner: str) -> str:
    """Rounded down."""
    return f"<mo>⌊</mo>{inner}<mo>⌋</mo>"


def ceil(inner: str) -> str:
    """Rounded up."""
    return f"<mo>⌈</mo>{inner}<mo>⌉</mo>"


def output_size(size: int, kernel: int, stride: int, pads: tuple[int, int], dilation: int = 1) -> str:
    """floor((H + p - d (k - 1) - 1) / s) + 1, in letters and with these numbers."""
    before, after = pads
    value = (size + before + after - dilation * (kernel - 1) - 1) // stride + 1
    span = [op("−"), var("d"), op("("), var("k"), op("−"), num(1), op(")"), op("−"), num(1)]
    letters = floor(frac("".join([var("H"), op("+"), var("p"), *span]), var("s")))
    spanned = [op("−"), num(dilation), op("·"), num(kernel - 1), op("−"), num(1)]
    numbers = floor(frac("".join([num(size), op("+"), num(before + after), *spanned]), num(stride)))
    return math(letters, op("+"), num(1), op("="), numbers, op("+"), num(1), op("="), num(value))
