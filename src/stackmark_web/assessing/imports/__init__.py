"""Files of results from other platforms: which kind, what stands in them, what becomes of it.

Pure but for the words they say: bytes in, results and findings out. ``actions.importing`` stores.
"""
