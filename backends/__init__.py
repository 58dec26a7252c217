"""One folder per framework: how it computes what `spec` says. The only code that imports a framework."""
