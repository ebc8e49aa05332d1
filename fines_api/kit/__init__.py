"""Technique every domain uses: clock, ids, errors, settings, storage, money, calendar, jobs.  Knows no domain."""
