"""The way to an award or to skills: which offers, when, at what cost, and what else is possible.

``goal``, ``offers`` and ``limits`` read what is wanted, offered and allowed. ``choice`` picks what
can matter, ``model`` puts the question in rows for HiGHS, ``solve`` asks it, ``relax`` says the
smallest change that makes the impossible possible. ``plan`` is the whole, ``result`` its answer.
"""
