"""The console's pages: facts in, HTML out; and who may ask for them.

Every text of a stranger goes through `mqworker.core.markup.safe`: it can't become markup.
"""
