"""The cases that max and average pooling must refuse alike."""

IMAGE = (2, 3, 7, 10)


def refused(result):
    """(name, why, attributes, shapes) that every framework must refuse; `result` is what a window comes to."""
    x = {"x": IMAGE}
    yield "window-too-large", "no window fits", {"kernel_size": [8, 2]}, x
    attrs = {"kernel_size": [2, 11], "stride": [1, 1]}
    yield "window-a-stride-too-large", "no window fits, and by a rule cut towards 0 there would be no column", attrs, x
    attrs = {"kernel_size": [10, 2], "padding": [[1, 1], [0, 0]], "ceil_mode": True}
    yield "ceil-window-too-large", "not even a partial window: it exceeds the padded image", attrs, x
    yield "zero-stride", "the window would never move", {"kernel_size": [2, 2], "stride": [0, 1]}, x
    yield "negative-stride", "it would move out of the image", {"kernel_size": [2, 2], "stride": [1, -1]}, x
    yield "zero-window", f"a window without pixels has no {result}", {"kernel_size": [0, 2], "stride": [1, 1]}, x
    attrs = {"kernel_size": [2, 2], "padding": [[0, 0], [-1, 0]]}
    yield "negative-pads", "pads add pixels; taking some away is cropping", attrs, x
    attrs = {"kernel_size": [2, 2]}
    yield "rank-3-image", "a single image without the axis of images", attrs, {"x": IMAGE[1:]}
    yield "empty-batch", "no image", attrs, {"x": (0, *IMAGE[1:])}
    yield "zero-channels", "images without channels", attrs, {"x": (IMAGE[0], 0, *IMAGE[2:])}
    attrs = {"kernel_size": [2, 3], "padding": [[0, 2], [0, 0]]}
    yield "pads-beyond-window", f"a window would lie wholly in the padding: the {result} of nothing", attrs, x
