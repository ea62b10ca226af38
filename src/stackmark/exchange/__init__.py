"""Other formats in and out, each with a report of what had no home.

``formats.read_record`` takes a document of any known format and gives a ``Record`` with the places
it was read from; ``formats.write_record`` writes a ``Record`` in a format. One folder a format.
"""
