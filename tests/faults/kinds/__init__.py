"""The kinds of faults, a file each: `SHARE`, how many of a thousand faults are of it, and `plant(field, random)`."""
