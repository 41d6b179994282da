"""The computations, one module for each analysis, with `compute(data, values)`."""
