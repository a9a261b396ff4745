"""Packs: what a partner gets to run against its own release, and the result that it sends back."""
