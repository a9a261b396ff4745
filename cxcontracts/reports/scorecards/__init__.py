"""Scorecards, one module a format."""
