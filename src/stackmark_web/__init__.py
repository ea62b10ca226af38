"""Stackmark on the web: the product people open, on the pure library ``stackmark``.

One folder a capability; inside each the same names: ``models`` (data and constraints),
``queries`` (reads), ``actions`` (writes), ``forms``, ``tasks``, ``views``, ``urls``,
``templates``. Another capability is reached only through its ``queries`` and ``actions``.
"""
