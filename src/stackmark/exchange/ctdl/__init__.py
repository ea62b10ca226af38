"""Credential Transparency Description Language (CTDL, CTDL-ASN) of Credential Engine, as JSON-LD.

It describes offers: a credential, who owns it, what it requires. Nothing of a holder has a place.
"""
