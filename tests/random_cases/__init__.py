"""Random valid cases of every operator, as strategies of hypothesis: geometries, then data."""
