from domain.insights.analyst import threads
from support.small_chats import view_of


def test_a_proposal_is_accepted_declined_or_left_open():
    view = view_of(
        "Ann: shall we go to the lake on saturday",
        "Ben: sounds good",
        "Ben +1d: do you want to cook with me",
        "Ann: no thanks",
        "Ann +1d: what about a walk in the wood",
        "Ben +1d: what is for dinner",
    )
    found = threads.proposals(view)
    assert [(proposal.position, proposal.outcome, proposal.concrete) for proposal in found] == [
        (0, "accepted", True),
        (2, "declined", False),
        (4, "open", False),
    ]
    assert (threads.accepted(found).count, threads.accepted(found).of) == (1, 2)
    assert threads.accepted(found, by=0).percent == 100


def test_a_promise_answers_a_request_and_is_kept():
    view = view_of(
        "Ann: can you send the invoice to the client",
        "Ben +5m: I'll do it tomorrow",
        "Ann +1d: what is new with you and them",
        "Ben +1d: I sent the invoice",
    )
    (promise,) = threads.promises(view)
    assert (promise.by, promise.request, promise.completion) == (1, 0, 3)
    assert promise.lag == 2 * 86_400
    assert threads.kept([promise], by=1).percent == 100


def test_something_else_that_is_done_days_later_keeps_no_promise():
    view = view_of(
        "Ann: can you send the invoice to the client", "Ben: I'll do it tomorrow", "Ben +3d: just finished the garden"
    )
    (promise,) = threads.promises(view)
    assert promise.completion is None


def test_what_is_done_keeps_one_promise_alone():
    view = view_of("Ann: I'll call them all today", "Ann +20m: I'll write to them too", "Ann +1h: done with it")
    assert [promise.completion for promise in threads.promises(view)] == [2, None]


def test_requests_are_taken_on_or_not():
    view = view_of(
        "Ann: can you bring the chairs to us",
        "Ben: I'll bring them",
        "Ann +1d: could you call him for me",
        "Ben: no thanks",
    )
    found = threads.requests(view)
    assert [request.taken for request in found] == [True, False]
    assert threads.taken(found).percent == 50
