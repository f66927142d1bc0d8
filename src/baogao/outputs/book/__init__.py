"""The workbook for people: labels, sentences behind every figure, what waits, how it was made."""
