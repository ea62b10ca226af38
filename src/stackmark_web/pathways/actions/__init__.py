"""Changes to pathways, one module a part: ``designing``, ``publishing``, and those of learners."""
