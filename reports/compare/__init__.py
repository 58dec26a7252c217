"""The page of the command `compare`."""
