"""Reports: one module a format, each a pure function of a run; those of ``diff`` in a folder of their own.

``text`` and ``html`` are for people, ``json`` for programs (its schema is published in ``schema/``), ``junit`` for CI systems.
:mod:`~cxcontracts.reports.for_partner` makes of a run what its partner may read, before any format does its part. They share the
words (:mod:`~cxcontracts.reports.sentences`), the way in which an exchange is cut (:mod:`~cxcontracts.reports.excerpt`), and how
it is written down: :mod:`~cxcontracts.reports.page`, :mod:`~cxcontracts.ascii_json`, :mod:`~cxcontracts.reports.suites`.
Whatever a partner or an author wrote goes through :mod:`cxcontracts.sanitise` on its way out, except into JSON.
"""
