"""The map of an estate, in each format that it comes in."""
