"""HR Open Standards' LER-RS, the resume standard of learning and employment records.

An unofficial reading: the standard's package is not public. Members are those of HR Open's
published common types 4.2 (certification, organisation, person, identifier) and of LER-RS 4.4 as
open implementations write it; the type address is that of 4.4, which release 4.5 keeps.
"""
