"""Chinese as numbers are written in it: numerals, scales, years, widths; each grammar once."""
