"""Two recorded models, layer by layer."""
