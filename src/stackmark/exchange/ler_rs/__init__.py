"""HR Open Standards' Learning and Employment Record Resume Standard: an unofficial reading of LER-RS.

The standard's package is not public. Members are those of HR Open's published common types 4.2
(certification, organisation, person, identifier) and of LER-RS 4.4 as open implementations write
it; the type address is that of 4.4, which release 4.5 keeps.
"""
