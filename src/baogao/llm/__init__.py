"""Asking a language model: endpoints and what they can do, prompts, cache, retries, cost, the embedded model."""
