"""How right an extractor is: gold labels, verdicts, and the statistics of both.

``gold``, ``build`` and ``datasets`` hold the labels, ``checking`` what can be wrong with them, ``agreement`` how far
two annotators agree; ``submissions`` reads what is scored, ``scoring`` judges it by the codebook's table, ``tally``
counts, and ``statistics`` says how much of a figure or a difference is chance.
"""
