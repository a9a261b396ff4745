"""Reports: one module a format, each a pure function of a run.

``text`` is for people, ``json`` for programs (its schema is published in ``schema/``), ``junit`` for CI systems. They share the
words (:mod:`~cxcontracts.reports.sentences`) and the way in which an exchange is cut (:mod:`~cxcontracts.reports.excerpt`).
Whatever a partner or an author wrote goes through :mod:`cxcontracts.sanitise` on its way out, except into JSON.
"""
