"""Skill frameworks of others, read as they are published: ESCO CSV, O*NET text, CASE JSON."""
