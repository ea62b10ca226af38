"""Comprehensive Learner Record 2.0 (1EdTech, context 2.0.1): a record of several achievements."""
