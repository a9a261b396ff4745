"""The report of a run as a page of one file: :mod:`~cxcontracts.reports.html.report` puts it together.

``journeys`` draws the experience map, ``evidence`` tells one finding with what proves it, ``bodies`` writes down what was sent
and answered; ``anchors`` are the names that links lead to, ``room`` is what keeps a page small. Nothing on it needs a script,
nothing is loaded, and it can be read without its style.
"""
