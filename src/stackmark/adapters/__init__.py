"""Everything that touches the world: network, clock, randomness, files and processes.

================ =============================================================================
``addresses``    which network addresses may be contacted
``urls``         which URLs may be fetched
``resolver``     one look-up of a name, with a deadline
``http_wire``    one HTTP/1.1 question and its bounded answer
``fetcher``      ``HttpFetcher``: the only way out to the network
``documents``    fetchers over given documents; offline, counting, caching
``clock``        the machine's clock, a fixed one, times people write
``randomness``   unpredictable bytes
``files``        atomic and private writing, bounded reading, walking folders
``executors``    one process or many
================ =============================================================================
"""
