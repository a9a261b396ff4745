"""Runs over all of the corpus that take too long for every commit; each takes ``--share`` for a sample of it."""
