"""Whether what somebody holds adds up to an award: rules, audit, witness, explanation.

``rules`` and ``parse`` read the requirement language, ``render`` says it in sentences.
``eligible`` says which holding can serve which leaf. ``audit`` decides: ``facts`` and ``problem``
put the question in whole numbers, ``flow``, ``search`` and ``solver`` answer it (``decide``),
``explain``, ``reasons`` and ``change`` say why and what to do, ``future`` what waiting costs.
``witness`` checks an answer without searching and shares no code with the search.
"""
