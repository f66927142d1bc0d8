"""Ways of asking a model: form, choice, link, tag, and what they show it of a report."""
