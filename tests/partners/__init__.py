"""Three small real partners of a hotel retailer, whose behaviour can be switched, and the estate that is held against them.

``rooms`` (FastAPI), ``till`` (Flask) and ``guests`` (Node's ``http``) are servers of their own: :mod:`tests.partners.running`
starts them. ``contracts/`` is the estate.
"""
