"""A fault campaign with an oracle: real services and processes, a seeded storm, and a comparison.

    python -m tests.campaign --minutes 10 --seed 7        (make campaign MINUTES=10 SEED=7)

`plan` is the storm and `stream` the traffic, both pure functions of the seed; `fleet`, `nemesis`
and `publishing` make them happen; `oracle` judges what `harvest` found. Identifiers are
obligations: what a publisher saw confirmed has to end as exactly one document, or as a dead letter
with the right reason.
"""
