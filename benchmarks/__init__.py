"""Measurements of mqworker, for people: nothing here is installed or needed for use."""
