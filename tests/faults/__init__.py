"""The fault campaign: what a hostile user, a full disk and a failing machine do to a run, drawn from a seed."""
