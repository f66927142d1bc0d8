"""People at the answers: what stands at a place of the text, what they say of it, and the page served to them."""
