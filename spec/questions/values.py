"""Dtypes, memory, and errors: what becomes of numbers on their way in, through, and out.

What the probes get and return. `arrays` probes (see `backends.contract.probe`) get NumPy arrays; the framework is in
the state in which its users find it (JAX: without x64). The dtypes are words: "float32", "float64", "int32", ...

dtype.mixed  x (1,) float32, k (1,) float64 -> word: the dtype of the convolution (image and kernel of one pixel) of
    two tensors of these dtypes
dtype.add  x (1,) float32, k (1,) float64 -> word: the dtype of x + k, two tensors of these dtypes
dtype.numpy  x (2,) float64, arrays -> word: the dtype of the tensor made of it, by each usual constructor
dtype.list  -> word: the dtype of a tensor made of the list [1.5, 2.5]
dtype.numpy-into-call  x (3, 3), k (2, 2) float64, arrays -> word: the dtype of the convolution of a float32 tensor x
    with the NumPy array k (shaped by NumPy), which stays float64
dtype.integers  x (3, 3), k (2, 2) of int32 -> y (2, 2): the convolution of integers
dtype.half  x (3, 3), k (2, 2), arrays -> word: the dtype of the convolution of two float16 tensors made of them
memory.in  x (3,), arrays -> t (3,): a tensor t made of x, by each usual constructor; then x[0] = 9; then t is read
memory.out  x (3,) -> x (3,): the array `a` that x gives to NumPy; then a[0] = 9; then x is read
memory.assign  x (3,) -> x (3,): x[0] = 9
memory.view  x (3,) -> x (3,) after part = x[:2] and part[0] = 9 (part[:] = 9 in place)
errors.when  x (2, 2) -> word: `spec.questions.words.when(call, read)` for the Cholesky factor of a matrix that has
    none; read makes a NumPy array
errors.shape  x (2,), k (3,) -> word: `when` for a convolution of an image with two channels with a kernel for three
    (each of one pixel)
"""

import numpy as np

from spec.questions.core import REFUSES, Question
from spec.questions.truth import conv, f32

X = np.arange(9, dtype=np.float32).reshape(3, 3)
K = np.arange(4, dtype=np.float32).reshape(2, 2)
V = f32([1, 2, 3])
NINE = f32([9, 2, 3])
DTYPES = {name: name for name in ("float32", "float64", "float16")}
TIMES = {name: name for name in ("at the call", "when the result is read", "never")}

QUESTIONS = [
    Question(
        "dtype.mixed",
        "Which dtype has a convolution of a float32 image with a float64 kernel?",
        {**DTYPES, REFUSES: REFUSES},
        "Refusing is the safest answer, promoting to float64 the one of NumPy. Rounding the kernel to float32 happens "
        "without a word.",
        "Convert both to one dtype before the call.",
        {"x": f32([1]), "k": np.array([2.0])},
    ),
    Question(
        "dtype.add",
        "Which dtype has the sum of a float32 and a float64 tensor?",
        {**DTYPES, REFUSES: REFUSES},
        "What addition does need not be what a convolution does. Many frameworks promote in arithmetic and refuse in "
        "operators on images.",
        "Convert both to one dtype before the call.",
        {"x": f32([1]), "k": np.array([2.0])},
    ),
    Question(
        "dtype.numpy",
        "What becomes of a float64 NumPy array?",
        {**DTYPES, REFUSES: REFUSES},
        "NumPy makes float64 of every Python number, while networks compute in float32. A constructor that keeps "
        "float64 makes the next operator refuse or slow; one that rounds to float32 loses digits in silence.",
        "Name the dtype in the constructor.",
        {"x": np.array([1.5, 2.5])},
    ),
    Question(
        "dtype.list",
        "Which dtype has a tensor made of a list of Python numbers?",
        {**DTYPES},
        "A Python number has the 53 bits of float64, and NumPy keeps them. Frameworks for learning mostly take "
        "float32.",
        "Name the dtype in the constructor.",
    ),
    Question(
        "dtype.numpy-into-call",
        "What happens when the float64 NumPy array of a kernel is given to a convolution of float32?",
        {**DTYPES, REFUSES: REFUSES},
        "Some calls take NumPy arrays in the place of tensors and convert them to the dtype of the image. Then a "
        "kernel in double precision is rounded unnoticed.",
        "Make a tensor of it first, with the dtype named.",
        {"x": X, "k": K.astype(np.float64)},
    ),
    Question(
        "dtype.integers",
        "Does a convolution take integers?",
        {"works": conv(X, K), REFUSES: REFUSES},
        "Integers are exact, so they are fine for examples by hand. Fast libraries for convolutions often have "
        "floating point only.",
        "Convert to float32: whole numbers up to 2**24 stay exact.",
        {"x": X.astype(np.int32), "k": K.astype(np.int32)},
    ),
    Question(
        "dtype.half",
        "Is there a convolution in float16 on this device?",
        {**DTYPES, REFUSES: REFUSES},
        "Half precision is made for accelerators. A CPU may compute it slowly, compute it in float32 and round, or "
        "not at all.",
        "Convert to float32, convolve, and convert back.",
        {"x": X, "k": K},
    ),
    Question(
        "memory.in",
        "Does a tensor share the memory of the NumPy array that it was made of?",
        {"shares": NINE, "copies": V, REFUSES: REFUSES},
        "Sharing is fast and dangerous: who changes the array changes the tensor. One framework can have a "
        "constructor of each kind, another refuses from then on that the array is changed at all.",
        "Copy the array before, or use the constructor that copies.",
        {"x": V},
    ),
    Question(
        "memory.out",
        "Does the NumPy array of a tensor share its memory?",
        {"shares": NINE, "copies": V, REFUSES: REFUSES},
        "If it does, writing into the array changes the tensor behind the framework's back. A read-only array is the "
        "safe way between.",
        "Copy the array before writing into it.",
        {"x": V},
    ),
    Question(
        "memory.assign",
        "Can an element of a tensor be assigned?",
        {"works": NINE, REFUSES: REFUSES},
        "Tensors that cannot change are easier to differentiate and to compile. Then x[0] = 9 must be written as a "
        "function that returns a new tensor.",
        "jnp: x.at[0].set(9). TensorFlow: tf.tensor_scatter_nd_update, or a tf.Variable.",
        {"x": V},
    ),
    Question(
        "memory.view",
        "Is a slice of a tensor a view of it?",
        {"a view": NINE, "a copy": V, REFUSES: REFUSES},
        "In NumPy a slice shares the memory of the whole, so writing into the part changes the whole. A framework "
        "that looks like NumPy need not follow it there.",
        "Assign to the whole by its own indices.",
        {"x": V},
    ),
    Question(
        "errors.when",
        "When does an error that depends on the values show?",
        TIMES,
        "A matrix with a negative eigenvalue has no Cholesky factor. Where operators run later than they are called, "
        "the error shows when a result is read, far from its cause; where nothing is checked, NaN is all that shows.",
        "Wait for all work before going on (waitall, block_until_ready), and look for NaN.",
        {"x": f32([[1, 2], [2, 1]])},
    ),
    Question(
        "errors.shape",
        "When does an error that depends on the shapes show?",
        TIMES,
        "Shapes are known before anything is computed, so even a framework that computes later can refuse at once. An "
        "error at the call names the line that is wrong.",
        "Nothing to do where it shows at the call.",
        {"x": f32([1, 2]), "k": f32([1, 2, 3])},
    ),
]
