"""Rules and a model together: what both propose, how likely each proposal is right, and which is given."""
