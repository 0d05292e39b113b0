"""The loan engine: pure functions over terms and events. No Django, no clock, no database.

`fold(terms, events, as_of)` gives a loan's whole state. Everything that shows or books a figure calls it,
so a preview cannot differ from what is booked.
"""
