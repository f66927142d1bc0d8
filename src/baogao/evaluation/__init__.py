"""How right an extractor is: gold labels, verdicts, and the statistics of both.

``gold``, ``marks``, ``compiling`` and ``datasets`` hold the labels and what can be wrong with them, ``agreement`` how
far two annotators agree; ``submissions`` reads what is scored, ``scoring`` judges it by the codebook's table, ``tally``
counts, and ``statistics`` says how much of a figure or a difference is chance; ``taxonomy`` names the causes of errors,
``reliability`` says how far a confidence can be taken at its word.

``predict`` runs extractors over the texts of the gold, live or replayed; ``recordings`` and their ``cassettes`` keep
what they ask. ``runs`` keeps it all in a folder, ``run_info`` says what was run, ``summary`` and ``rows`` how it went
and why, ``diff`` compares it with another run, ``report`` shows it to people, and ``calibrating`` learns from it
by ``fitting`` weights and thresholds.
"""
