"""The actions of tenancy, one module a subject; ``tenancy.actions`` names them all."""
