"""European Learning Model 3, EDC application profile: read and written as ELM documents.

What is written here is unsealed: an ELM document. The standard demands the type name
EuropeanDigitalCredential inside; it becomes a European Digital Credential only when a body sealed
it (``stackmark.proofs.jades``) with a qualified electronic seal.
"""
