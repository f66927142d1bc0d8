"""A model of one's own: pairs from gold, a low-rank adapter trained on them, and the file that it is used from."""
