"""Partner contracts: what an OpenAPI document promises, read as lazily as journeys allow."""
