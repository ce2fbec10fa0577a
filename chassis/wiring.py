"""How does a method of a service become an entrypoint? By one of seven decorators.

    @handles(Message)      a command or event from the bus        (self, message, work)
    @performs(REQUEST)     RPC that changes something             (self, request, work) -> answer
    @answers(QUESTION)     RPC that only reads                    (self, asked, session) -> answer
    @every(seconds=n)      a timer                                (self, work)
    @tends(seconds=n)      a long timer, beside the work        (self, engine)
    @outside(kind)         makes a stored call, no transaction    (self, call) -> dict
    @concludes(kind)       what follows from a call               (self, outcome, work)

Each is a nameko entrypoint that hands its method to the service's `Bus`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from nameko.extensions import Entrypoint

from contracts.message import Message, Question


class BusEntrypoint(Entrypoint):  # type: ignore[misc]
    """An entrypoint whose work comes from the service's one Bus."""

    def setup(self) -> None:
        """Called before the bus connects: say what this method is for."""
        from chassis.bus import Bus

        bus = next(d for d in self.container.dependencies if isinstance(d, Bus))
        self.register(bus)

    def register(self, bus: Any) -> None:
        """Hand the method to the bus."""
        raise NotImplementedError

    @property
    def method(self) -> Any:
        """The function that is decorated."""
        return getattr(self.container.service_cls, self.method_name)


class Handles(BusEntrypoint):
    """Handle a command or event; at least once, in the batch's transaction."""

    def __init__(self, message: type[Message], **kwargs: Any) -> None:
        self.message = message
        super().__init__(**kwargs)

    def register(self, bus: Any) -> None:
        """Take all messages of this wire name."""
        bus.handlers[self.message.wire] = (self.message, self.method)


class Performs(BusEntrypoint):
    """Do what an asker waits for, in the batch's transaction; answered after the commit."""

    def __init__(self, request: Question[Any, Any], **kwargs: Any) -> None:
        if not request.changes:
            raise TypeError(f"{request.name} changes nothing: it is for @answers")
        self.request = request
        super().__init__(**kwargs)

    def register(self, bus: Any) -> None:
        """Take this request."""
        bus.requests[self.request.method] = (self.request, self.method)


class Answers(BusEntrypoint):
    """Answer a question from a session of its own that is rolled back afterwards."""

    def __init__(self, question: Question[Any, Any], **kwargs: Any) -> None:
        if question.changes:
            raise TypeError(f"{question.name} changes something: it is for @performs")
        self.question = question
        super().__init__(**kwargs)

    def register(self, bus: Any) -> None:
        """Take this question."""
        bus.questions[self.question.method] = (self.question, self.method)


class Every(BusEntrypoint):
    """Do something again and again, `seconds` apart, in a transaction of its own."""

    def __init__(self, seconds: float, **kwargs: Any) -> None:
        self.seconds = seconds
        super().__init__(**kwargs)

    def register(self, bus: Any) -> None:
        """Start the timer with the bus."""
        bus.timers[self.method_name] = (self.seconds, self.method)


class Tends(BusEntrypoint):
    """Look after something again and again beside the batches, in transactions of its own.

    For what may take long: no message waits for it, and it must lock nothing for long.
    """

    def __init__(self, seconds: float, **kwargs: Any) -> None:
        self.seconds = seconds
        super().__init__(**kwargs)

    def register(self, bus: Any) -> None:
        """Start the timer with the bus."""

        def tend(bus: Any) -> None:
            self.method(bus.service, bus.engine)

        bus.housekeeping[self.method_name] = (self.seconds, tend)


class Outside(BusEntrypoint):
    """Make a call to the outside that was stored before."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def register(self, bus: Any) -> None:
        """Take the calls of this kind."""
        bus.callers[self.kind] = self.method


class Concludes(BusEntrypoint):
    """Draw the conclusion from a call's outcome, in the batch's transaction."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def register(self, bus: Any) -> None:
        """Take the outcomes of this kind."""
        bus.conclusions[self.kind] = self.method


F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]

handles: Callable[[type[Message]], Decorator[Any]] = Handles.decorator
performs: Callable[[Question[Any, Any]], Decorator[Any]] = Performs.decorator
answers: Callable[[Question[Any, Any]], Decorator[Any]] = Answers.decorator
outside: Callable[[str], Decorator[Any]] = Outside.decorator
concludes: Callable[[str], Decorator[Any]] = Concludes.decorator


def every(*, seconds: float) -> Decorator[Any]:
    """Do it again and again, so many seconds apart."""
    return Every.decorator(seconds=seconds)  # type: ignore[no-any-return]


def tends(*, seconds: float) -> Decorator[Any]:
    """Do it again and again, so many seconds apart, beside the batches."""
    return Tends.decorator(seconds=seconds)  # type: ignore[no-any-return]
