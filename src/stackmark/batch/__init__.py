"""Many credentials over any ``ports.Executor``: chunks, manifest, and going on after a stop.

============ ================================================================================
``packing``  rows as they travel to the workers
``job``      what a run shares, and the record of intent that is stored before anything is signed
``worker``   a chunk of rows in, signed documents and their manifest lines out
============ ================================================================================
"""
