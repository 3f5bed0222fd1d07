"""A stream of events whose truth is known, and how much of it correlation finds.

world, drafts -> scenes (ssh, local, web, network) -> stream -> a worker -> documents
stream -> oracle (the rules, applied slowly to the whole set) -> what has to be in them
both -> judging -> report
"""
