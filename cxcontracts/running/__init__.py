"""Partners that run: how they are called, and how journeys are walked against them. All of it is rim."""
