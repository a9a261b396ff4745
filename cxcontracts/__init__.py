"""Consumer-driven contract tests for partner APIs, told as the journeys that customers depend on."""

__version__ = "0.1.0"
