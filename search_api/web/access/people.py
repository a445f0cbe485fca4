"""The person who sends a request, as the cases know people, and the cases themselves."""

from typing import Annotated

from fastapi import Depends, Request

from search_api.desk.cases.following import Follower
from search_api.desk.cases.store import CaseStore, Person
from search_api.web.access.identity import user_of


def person_of(request: Request) -> Person:
    """Who asks. In the mode `open` everybody at the server itself is one person."""
    user = user_of(request)
    return Person(user.name, user.scopes)


def _store(request: Request) -> CaseStore:
    store: CaseStore = request.app.state.cases
    return store


def follower_of(request: Request) -> Follower:
    """The thread that compares cases with the archive."""
    follower: Follower = request.app.state.follower
    return follower


Asking = Annotated[Person, Depends(person_of)]
Cases = Annotated[CaseStore, Depends(_store)]
