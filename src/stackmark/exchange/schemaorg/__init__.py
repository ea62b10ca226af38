"""schema.org: EducationalOccupationalCredential with the Course that leads to it, as JSON-LD."""
