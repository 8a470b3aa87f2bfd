"""A month night by night: late and crossing data, erasures, a withdrawal, a backfill; what becomes of every event."""
