"""What comes out: a run's folder and its journal, records read back, tables, and the review page for people."""
