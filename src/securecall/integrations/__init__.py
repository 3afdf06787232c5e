"""Wires: how a call's audio and digits come from switches; each is imported only when asked for.

A wire takes bytes or messages and returns what they say (`securecall.integrations.media`); a
`securecall.integrations.carrier.Carrier` takes that to a monitor or a session, each piece at its
time. Neither opens a socket or reads a clock: instants are arguments.
"""
