"""Dtypes, memory and errors.

What the probes get and return. `arrays` probes (see `backends.contract`) get NumPy arrays. The framework has its
default settings (JAX: without x64). The dtypes are words: "float32", "float64", "int32", ...

dtype.mixed  x (1,) float32, k (1,) float64 -> word: the dtype of the convolution (image and kernel of one pixel) of
    two tensors of these dtypes
dtype.add  x (1,) float32, k (1,) float64 -> word: the dtype of x + k, two tensors of these dtypes
dtype.add.integers  x (1,) float32, k (1,) int32 -> word: the dtype of x + k, two tensors of these dtypes
dtype.numpy  x (2,) float64, arrays -> word: the dtype of the tensor made of it, by each usual constructor
dtype.list  -> word: the dtype of a tensor made of the list [1.5, 2.5]
dtype.numpy-into-call  x (3, 3), k (2, 2) float64, arrays -> word: the dtype of the convolution of a float32 tensor x
    with the NumPy array k (shaped by NumPy), which stays float64
dtype.integers  x (3, 3), k (2, 2) of int32 -> y (2, 2): the convolution of integers
dtype.half, dtype.bfloat16  x (3, 3), k (2, 2), arrays -> word: the dtype of the convolution of two tensors of float16
    (bfloat16) made of them
memory.in  x (3,), arrays -> t (3,): a tensor t made of x, by each usual constructor; then x[0] = 9; then t is read
memory.out  x (3,) -> x (3,): the array `a` that x gives to NumPy; then a[0] = 9; then x is read
memory.assign  x (3,) -> x (3,): x[0] = 9
memory.view  x (3,) -> x (3,) after part = x[:2] and part[0] = 9 (part[:] = 9 in place)
errors.when  x (2, 2) -> word: `spec.questions.words.when(call, read)` for the Cholesky factor of a matrix that has
    none; read makes a NumPy array
errors.shape  x (2,), k (3,) -> word: `when` for a convolution of an image with two channels with a kernel for three
    (each of one pixel)
errors.empty  x (0, 1, 2, 2) -> word: `when(call, read, settle)` for a convolution of a batch of no images (NCHW; the
    probe transposes) with a 1x1 kernel; settle waits for all work, or for what one waits for last
"""

import numpy as np

from spec.questions.predictions import conv, counted, f32
from spec.questions.question import REFUSES, Question, in_words, works

X = counted(3, 3)
K = counted(2, 2)
V = f32([1, 2, 3])
NINE = f32([9, 2, 3])
DTYPES = in_words("float32", "float64", "float16")
TIMES = in_words("at the call", "when the result is read", "never")

QUESTIONS = [
    Question(
        "dtype.mixed",
        "Which dtype does a convolution of a float32 image with a float64 kernel have?",
        {**DTYPES, REFUSES: REFUSES},
        "A refusal is the safest answer. NumPy takes float64, the wider of the two. Rounding the kernel to float32 "
        "loses half of its digits, without a warning.",
        "Convert both to one dtype before the call.",
        {"x": f32([1]), "k": np.array([2.0])},
    ),
    Question(
        "dtype.add",
        "Which dtype does the sum of a float32 and a float64 tensor have?",
        {**DTYPES, REFUSES: REFUSES},
        "An addition and a convolution may differ here. Many frameworks take the wider dtype in arithmetic (type "
        "promotion) and refuse in operators on images.",
        "Convert both to one dtype before the call.",
        {"x": f32([1]), "k": np.array([2.0])},
    ),
    Question(
        "dtype.add.integers",
        "Which dtype does the sum of a float32 and an int32 tensor have?",
        {**DTYPES, REFUSES: REFUSES},
        "An int32 has more digits than a float32 can hold, so NumPy takes float64. Frameworks for learning take "
        "float32, which is faster but loses the last digits of large numbers, or refuse.",
        "Convert the integers to float32 before adding.",
        {"x": f32([1]), "k": np.array([2], np.int32)},
    ),
    Question(
        "dtype.numpy",
        "Which dtype does a tensor made of a float64 NumPy array have?",
        {**DTYPES, REFUSES: REFUSES},
        "NumPy makes float64 of every Python float, while networks compute in float32. If a constructor keeps "
        "float64, the next operator refuses or is slow; if it rounds to float32, digits are lost without a warning.",
        "Name the dtype in the constructor, as in torch.tensor(x, dtype=torch.float32).",
        {"x": np.array([1.5, 2.5])},
    ),
    Question(
        "dtype.list",
        "Which dtype does a tensor made of a list of Python numbers have?",
        DTYPES,
        "A Python float has the 53 bits of float64, and NumPy keeps them. Most frameworks for learning keep the 24 "
        "bits of float32.",
        "Name the dtype in the constructor.",
    ),
    Question(
        "dtype.numpy-into-call",
        "What happens when the float64 NumPy array of a kernel is given to a convolution of float32?",
        {**DTYPES, REFUSES: REFUSES},
        "Some calls take NumPy arrays in place of tensors and convert them to the dtype of the image. Then a kernel "
        "in float64 is rounded without a warning.",
        "Make a tensor of it first, with the dtype named.",
        {"x": X, "k": K.astype(np.float64)},
    ),
    Question(
        "dtype.integers",
        "Does a convolution take integers?",
        works(conv(X, K)),
        "Integers are exact, so they are good for examples by hand. Fast libraries for convolutions often have "
        "floating point only.",
        "Convert to float32: whole numbers up to 2**24 stay exact.",
        {"x": X.astype(np.int32), "k": K.astype(np.int32)},
    ),
    Question(
        "dtype.half",
        "Is there a convolution in float16 on this device?",
        {**DTYPES, REFUSES: REFUSES},
        "Half precision is made for accelerators. A CPU may compute it slowly, compute in float32 and round, or "
        "refuse.",
        "Convert to float32, convolve, and convert back.",
        {"x": X, "k": K},
    ),
    Question(
        "dtype.bfloat16",
        "Is there a convolution in bfloat16 on this device?",
        {**DTYPES, **in_words("bfloat16", REFUSES)},
        "bfloat16 is float32 without its last 16 bits: the same range, but only two to three digits. Networks are "
        "trained in it because sums do not overflow as they do in float16.",
        "Convert to float32, convolve, and convert back.",
        {"x": X, "k": K},
    ),
    Question(
        "memory.in",
        "Does a tensor share the memory of the NumPy array that it was made of?",
        {"shares": NINE, "copies": V, REFUSES: REFUSES},
        "Sharing is fast but dangerous: a change of the array changes the tensor. A framework can have constructors "
        "of both kinds, or share the memory and make the array read-only (refuses).",
        "Copy the array first, or use the constructor that copies.",
        {"x": V},
    ),
    Question(
        "memory.out",
        "Does the NumPy array of a tensor share its memory?",
        {"shares": NINE, "copies": V, REFUSES: REFUSES},
        "If it does, writing into the array changes the tensor without the framework's knowledge. A read-only array "
        "is safe: it shares the memory, and writing into it raises an error.",
        "Copy the array before writing into it.",
        {"x": V},
    ),
    Question(
        "memory.assign",
        "Can an element of a tensor be assigned?",
        works(NINE),
        "Tensors that never change are easier to differentiate and to compile. In such frameworks a function that "
        "returns a new tensor replaces x[0] = 9.",
        "JAX: x.at[0].set(9). TensorFlow: tf.tensor_scatter_nd_update(x, [[0]], [9]), or a tf.Variable.",
        {"x": V},
    ),
    Question(
        "memory.view",
        "Is a slice of a tensor a view of it?",
        {"a view": NINE, "a copy": V, REFUSES: REFUSES},
        "In NumPy a slice shares the memory of the whole, so writing into the part changes the whole. A framework "
        "that looks like NumPy may still copy.",
        "Assign to the whole tensor, by its own indices.",
        {"x": V},
    ),
    Question(
        "errors.when",
        "When does an error that depends on the values show?",
        TIMES,
        "The Cholesky factor is a square root of a matrix; this matrix has none. Where operators run later than they "
        "are called, the error shows when a result is read, far from its cause. Where nothing is checked, the result "
        "is NaN (never).",
        "MXNet: npx.waitall() after each step while debugging. JAX, TensorFlow: look for NaN in the result.",
        {"x": f32([[1, 2], [2, 1]])},
    ),
    Question(
        "errors.shape",
        "When does an error that depends on the shapes show?",
        TIMES,
        "Shapes are known before anything is computed, so even a framework that computes later can refuse at once. An "
        "error at the call names the line that is wrong.",
        "No bridge is needed where both refuse at the call.",
        {"x": f32([1, 2]), "k": f32([1, 2, 3])},
    ),
    Question(
        "errors.empty",
        "When does an error about an empty batch show?",
        {**TIMES, **in_words("later, after the result was read")},
        "An empty batch is no mistake: its result is an empty batch. MXNet's convolution fails at it, but reading an "
        "empty result waits for nothing. The error is raised later, by an operator that uses the result or by "
        "npx.waitall().",
        "Do not convolve empty batches in MXNet; npx.waitall() right after the call raises the error there.",
        {"x": np.zeros((0, 1, 2, 2), np.float32)},
    ),
]
