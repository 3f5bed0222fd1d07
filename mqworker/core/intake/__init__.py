"""The HTTP intake without HTTP: what a request asks to be published, and how it is answered.

A request becomes a `Plan`: messages for the broker, and two answers, one for when the broker has
confirmed them all and one for when it has not. Nothing here waits, publishes or knows a socket.

1. Whatever a request holds, `plan` returns an answer and raises nothing: what can't be used is
   told to the client with its place and reason.
2. A bad event never takes the good ones of the same request with it.
3. An answer of success for a request with bad events in it means that these are dead-lettered,
   unless the client's protocol tells it of each event.
"""
