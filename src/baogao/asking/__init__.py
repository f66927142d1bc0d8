"""Ways of asking a model: form, choice, link, and what they show it of a report."""
