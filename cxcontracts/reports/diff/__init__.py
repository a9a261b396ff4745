"""The reports of ``diff``: one module a format, each a pure function of a :class:`~cxcontracts.findings.Diff`.

They share how changes are sorted (:mod:`~cxcontracts.reports.diff.sorting`), what is said of them
(:mod:`~cxcontracts.reports.diff.words`) and where they are shown (:mod:`~cxcontracts.reports.diff.places`). How things are cut,
wrapped, counted and made harmless they share with the reports of ``check`` and ``impact``.
"""
