"""Correlation: what an event does not say of itself, said by others of the same activity.

    event -> sighting (links, stated values) -> replica (all that is remembered)
          -> walk -> answer -> fill
                              -> change -> reach -> whose answers are others now

What is remembered: an index from links to places, a place holds groups of events that a walk can't
tell apart. What is connected, however far, is a cluster, which knows what would be news in it.

1. Only stated values are evidence, and only they make links; a filled value is neither.
2. The answer is a function of the set of remembered events, whatever the order they came in.
3. A wrong name is worse than none: two values at the same distance fill nothing.
"""
