"""Settings of the web product; ``base`` is the one module, ``env`` reads the environment."""
