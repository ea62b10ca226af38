"""Whether what somebody holds adds up to an award: rules, audit, witness, explanation.

``rules`` reads the requirement language, ``eligible`` says which holding can serve which leaf,
``audit`` searches, ``witness`` checks an answer without searching, ``explain`` says why.
"""
