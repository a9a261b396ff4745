"""Partners that run: where they are, how we log in, what we may do there, and what came of each call.

``targets`` says where, ``calling`` sends. Between them are ``secrets`` and ``logins`` (who we are), ``quotas`` (how much we may
ask), ``transport`` (HTTP within bounds, over ``sockets``) and ``apps`` (a partner within this process). ``wire`` has what goes
between them.
"""
