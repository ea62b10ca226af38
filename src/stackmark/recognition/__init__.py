"""What somebody's credential is worth elsewhere: five rows, a decision, and what follows from it.

``comparison`` fills the five rows from two records, ``portfolio`` from evidence. ``rows`` holds
them, ``decision`` the verdict with its reasons, ``statement`` signs and reads it and says when it
falls into review, ``holding`` what counts by it. ``precedents`` finds earlier decisions,
``statistics`` counts them safely, ``commitments`` tells whether a credential was used before.
Method: Lisbon Recognition Convention (1997), European Area of Recognition manual. It stands beside
``stacking`` and knows nothing of it.
"""
