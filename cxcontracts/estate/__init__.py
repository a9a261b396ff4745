"""The estate: partners, journeys and policy, as a company keeps them in git."""
