"""Single changes of real contracts, half of them harmful to a journey: who sees which?"""
