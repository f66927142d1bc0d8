"""Extractors: rules, a model and both together decide which candidate answers which field."""
