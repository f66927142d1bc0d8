"""baogao: government reports in, a table of figures out, every figure tied to its characters."""

__version__ = "0.1.0"
