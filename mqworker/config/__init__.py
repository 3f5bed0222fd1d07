"""Settings: where they come from, what they are, and how a wrong one is explained.

kinds      what a value may be: a duration, a size, a URL …, and how it is read and shown
option     how an option is declared: a dataclass field with its documentation
broker, sink, flow, events, correlation, operation, checking
           the options, by section
settings   all of them as one flat object, and what must fit together
load       precedence: flag, variable, file, default; every problem told at once
secrets    passwords and keys, from files of their own
manual, example
           docs/configuration.rst and examples/mqworker.toml, generated from the declarations
"""
