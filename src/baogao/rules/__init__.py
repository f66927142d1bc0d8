"""The rules extractor: the regex baseline that every model is measured against."""
