"""Chinese as numbers are written in it: numerals, scales, widths, years."""
