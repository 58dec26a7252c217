"""One operator a file: the definition, the float64 reference, the shape rule, the cases."""
