"""Claims of the EUDI learning credential (SD-JWT VC): a non-qualified attestation.

Type ``urn:eu.europa.ec.eudi:learning:credential:1``, as the European reference issuer gives it
(eudi-srv-pid-issuer). The claims are unsigned; ``stackmark sign --suite sd-jwt`` signs them.
"""
