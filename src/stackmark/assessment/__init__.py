"""How well an assessment measures: rubrics, agreement, reliability, cuts, decisions, fairness.

Pure, on numpy and scipy (the extra ``science``). Every figure is a ``statistic.Statistic``: value,
95 % interval, n, method, source, population. Below its least n the value is ``None`` and the
figure says so.
"""
