"""The graph of international science and technology cooperation, and all one can do with it."""
