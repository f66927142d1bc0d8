"""How right an extractor is: gold labels, verdicts, and the statistics of both.

``gold``, ``build`` and ``datasets`` hold the labels, ``checking`` what can be wrong with them, ``agreement`` how far
two annotators agree; ``submissions`` reads what is scored, ``scoring`` judges it by the codebook's table, ``tally``
counts, and ``statistics`` says how much of a figure or a difference is chance.

``predict`` runs extractors over the texts of the gold and ``tapes`` records or replays what they ask; ``runs`` keeps it
all in a folder, ``summary`` and ``explain`` say how it went and why, ``diff`` and ``gates`` compare it with another
run, and ``report`` shows it to people.
"""
