"""The one error that a user can mend."""


class UserError(Exception):
    """Wrong input: one line that names the value and the remedy. The command line exits with 2."""
