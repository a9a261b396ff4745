"""Proposals: a first journey for the likely main path through a contract, for a person to confirm.

Read the modules in this order:

``words``    what names are made of, and which two names mean one thing
``inputs``   what an operation cannot do without, and examples of it
``fields``   what an answer says: what it hands out, and what a person would look at
``chains``   operations in a row, each taking what one before it handed out, and the score by which one is chosen
``journeys`` a chain, or an event, as the text of a journey, with each guess marked
"""
