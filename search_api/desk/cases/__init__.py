"""Cases: proposals that are being answered, each with its points, its chosen passages and notes, kept on the server.

`model` says what a case is, `changes` what can be done to one, `store` keeps them, `following` compares them with the
archive again when that has changed, `importing` takes in a season of proposals, `earlier` finds what was asked before.
Not for: who sends a request (web/access), or the pages (web/pages/cases.py and case.py).
"""
