"""The bytes that get hashed: JCS, JSON-LD to N-Quads, RDFC-1.0, over pinned contexts."""
