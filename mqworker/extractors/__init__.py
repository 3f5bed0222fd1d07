"""What the text of well-known programs states, one module per program or kind of event.

Each module has one `EXTRACTOR`, registered in the entry point group `mqworker.extractors`.

1. Text that a stranger chose (a user name, a banner) never passes for an address or another name:
   a form is anchored at the end that the program writes, and a line that can be read in two ways
   states neither.
2. A line takes time in proportion to its length.
"""
