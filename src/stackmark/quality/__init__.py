"""Judges of what a document says: named rule sets, the class of a credential, lints, coverage.

``check.check`` takes what a reader of ``exchange`` found (or a ``Record``) and a
``profile.Profile`` and gives a ``judgement.Judgement``: a row for each requirement, with the
reason. Nothing here verifies a signature, and nothing adds rows up to a score.
"""
