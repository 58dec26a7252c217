"""Running cases on backends, judging what they return, storing it, and the command line."""
