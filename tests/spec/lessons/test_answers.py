"""What the exercises answer, against what was worked out by hand: the words and numbers it must hold, in order."""

import re

import pytest

from spec.lessons import lessons

WORD = re.compile(r"-?\d+(?:[.,]\d+)*(?:e-\d+)?|[a-z]+", re.I)  # a number, or a word

BY_HAND = {
    "correlation-or-convolution": ["[[1, 2], [2, 1]] and [[1, 1], [1, 1]]", "5 11 23 29", "43 37 25 19", "flipped"],
    "layer-and-bias": ["124", "4", "0.118"],
    "learned-kernel": ["0.0711 1.02 -0.962", "0.29 0.033 42", "0"],
    "channels": ["73728", "2304", "-1"],
    "padding-modes": ["3 4 1 2 3 4 1 2", "symmetric replicate", "3 reflect 4 symmetric"],
    "same-with-stride": ["1, 3, 5, 7, 9, 11", "0 before 1 after", "2 before 3 after", "4 of 4"],
    "stride-and-dilation": ["9", "Yes", "33 of 49"],
    "pooling": ["-1", "2 3", "3 of 4"],
    "transposed-convolution": ["14", "60 10 · 6", "10"],
    "upsampling": ["-0.25, 0.25, 0.75, 1.25", "0, 0.333, 0.667, 1", "With 0 1.33 2.67 4"],
    "flatten-and-dense": ["0 4 1 5 2 6 3 7", "1538 1364", "0 4 1 5 2 6 3 7", "one channel or one pixel one column"],
    "gradients": ["4 8 12 2 4 6", "2 4 6", "2"],
    "lenet5": ["61,706 61,280", "24, 12, 8, 4 28, 14, 10, 5, 1", "No 396 of 400", "4 325"],
    "floating-point": ["0 1", "1.19e-07 0.000977", "65504 65,536", "2.4e-04 1.5e-08"],
    "layouts-and-memory": ["10 of 12", "8", "12 3 1 6"],
}


@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda one: one.name)
def test_the_answers_are_those_of_a_hand(lesson):
    for exercise, wanted in zip(lesson.exercises, BY_HAND[lesson.name], strict=True):
        said = iter(WORD.findall(exercise.answer()))
        assert all(word in said for word in WORD.findall(wanted)), exercise.answer()
