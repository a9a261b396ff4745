"""Servers that nobody here wrote, from a package index, each in two releases: what we say of the move, beside what is so."""
