"""Credit units, levels and grades: exact arithmetic, intervals, and the policy behind each answer.

Nothing here is converted by a rule without a name, and what has no rule is refused. Conventions do
not compose: an answer is always found within one policy.
"""
