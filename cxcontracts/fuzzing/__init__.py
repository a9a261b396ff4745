"""Requirement-directed fuzzing: the calls of a journey, with other values that customers are promised to be taken.

``space`` is what the call of a step varies in, ``edges`` what lies at the edge of one value, ``pairs`` how two of them meet in
few calls, ``plan`` the order in which that is tried, ``minimal`` what of a failing call matters. None of it sends anything.
"""
