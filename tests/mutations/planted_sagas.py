"""Which bugs could leave an order stuck, or half done? Planted in the sagas and what is around."""

from tests.mutations.mutation import Mutation

ENGINE = "chassis/tests/domain/test_chassis_saga.py"
LOCKS = "chassis/tests/db/test_chassis_locks.py"
WALKS = "services/orders/tests/domain/test_order_walks.py"
STORY = "services/orders/tests/handlers/test_order_whatever_happens.py"
LATE = "services/orders/tests/handlers/test_order_late_news.py"
SHORTAGE = "services/orders/tests/handlers/test_order_shortage.py"
CANCELLATION = "services/orders/tests/handlers/test_order_cancellation.py"
MONEY = "services/orders/tests/domain/test_order_money.py"
RETURNED = "services/returns/tests/domain/test_returns_walks.py"

SAGAS = (
    Mutation(
        "what was taken is given back in the wrong order",
        "chassis/saga.py",
        "in reversed(self.steps[: i + 1]):",
        "in self.steps[: i + 1]:",
        (ENGINE, WALKS),
    ),
    Mutation(
        "a step waits without a deadline",
        "chassis/saga.py",
        "deadline = now + step.within if step.within else None",
        "deadline = None",
        (WALKS,),
    ),
    Mutation(
        "giving back waits without a deadline",
        "chassis/saga.py",
        "attempts=1, deadline=now + ASK_AGAIN",
        "attempts=1, deadline=None",
        (WALKS,),
    ),
    Mutation(
        "the pivot is ignored: a refusal behind it turns everything back",
        "chassis/saga.py",
        "            if self._at[step.name] < self._pivot or",
        "            if self._at[step.name] < len(self.steps) or",
        (WALKS,),
    ),
    Mutation(
        "the pivot is ignored: a timeout behind it turns everything back",
        "chassis/saga.py",
        "        if self._at[step.name] < self._pivot:\n            late",
        "        if self._at[step.name] < len(self.steps):\n            late",
        (WALKS,),
    ),
    Mutation(
        "a step that did not answer in time is not given back",
        "chassis/saga.py",
        "self._back(self._at[step.name], late",
        "self._back(self._at[step.name] - 1, late",
        (WALKS,),
    ),
    Mutation(
        "a refusal before the pivot gives nothing back",
        "chassis/saga.py",
        "return self._back(self._at[step.name] - 1, moved",
        "return self._back(-1, moved",
        (WALKS,),
    ),
    Mutation(
        "one step too few is given back",
        "chassis/saga.py",
        "                return self._back(self._at[step.name] - 1, progress",
        "                return self._back(self._at[step.name] - 2, progress",
        (ENGINE, WALKS),
    ),
    Mutation(
        "a late answer to a step is taken for its giving back",
        "chassis/saga.py",
        "if kind in step.undone:",
        "if kind in step.undone + step.done:",
        (WALKS,),
    ),
    Mutation(
        "it goes on although it was called off: a late answer leads forward",
        "chassis/saga.py",
        "if progress.phase not in {Phase.FORWARD, Phase.WAITING} or progress",
        "if progress",
        (WALKS,),
    ),
    Mutation(
        "too late to give back is not heard",
        "chassis/saga.py",
        "if kind in step.too_late:",
        "if kind in step.again:",
        (ENGINE,),
    ),
    Mutation(
        "a gate is passed although it is shut",
        "chassis/saga.py",
        "            if step.gate and not step.gate(subject):\n                return here, said\n",
        "",
        (WALKS,),
    ),
    Mutation(
        "a step that does not apply is done all the same",
        "chassis/saga.py",
        "if step.when and not step.when(subject):\n                continue\n            here",
        "here",
        (ENGINE, RETURNED),
    ),
    Mutation(
        "nobody hears of a step that never answers",
        "chassis/saga.py",
        "if tries > TRIES_BEFORE_PROBLEM:",
        "if tries > 10**9:",
        (ENGINE,),
    ),
    Mutation(
        "the tries of a step are not counted",
        "chassis/saga.py",
        "tries = progress.attempts + 1",
        "tries = 1 + 1",
        (ENGINE,),
    ),
    Mutation(
        "what is behind the final step may be called off",
        "chassis/saga.py",
        "return self._at[progress.step] <= self._final",
        "return True",
        (WALKS,),
    ),
    Mutation(
        "a run that is over can be called off again",
        "chassis/saga.py",
        "if progress.phase in {Phase.COMPENSATED, Phase.BACKWARD}:",
        "if progress.phase in {Phase.BACKWARD}:",
        (ENGINE,),
    ),
    Mutation(
        "a deadline that has passed is not seen",
        "chassis/saga_store.py",
        "runs.c.deadline <= now",
        "runs.c.deadline > now",
        (LOCKS,),
    ),
    Mutation(
        "an overdue run is woken by two processes",
        "chassis/saga_store.py",
        "query.with_for_update(skip_locked=True)",
        "query",
        (LOCKS,),
    ),
    Mutation(
        "a late answer to an earlier attempt is applied to this one",
        "services/orders/sagas/hearing.py",
        "== turn and right",
        "== turn",
        (STORY, LATE),
    ),
    Mutation(
        "a release of some goods is taken for the release of all",
        "services/orders/sagas/hearing.py",
        "return run.run_id == release_id",
        "return bool(release_id)",
        (STORY, LATE),
    ),
    Mutation(
        "what is found for a run that was given up is kept for ever",
        "services/orders/journeys.py",
        "self._say(partly.give_back_late(self.order, run, message))",
        "partly.give_back_late(self.order, run, message)",
        (SHORTAGE,),
    ),
    Mutation(
        "a cancellation does not wait for what the warehouse says",
        "services/orders/journeys.py",
        "if any(is_going_back(run) for run in runs):\n            return\n",
        "if not runs:\n            return\n",
        (CANCELLATION,),
    ),
    Mutation(
        "a late message lowers what was captured",
        "services/orders/domain/money.py",
        "order.captured, max(order.captured, told.captured)",
        "order.captured, told.captured",
        (MONEY,),
    ),
    Mutation(
        "a late message lowers what was refunded",
        "services/orders/domain/money.py",
        "order.refunded = max(order.refunded, refunded)",
        "order.refunded = refunded",
        (MONEY,),
    ),
    Mutation(
        "money is seen to go back before it was seen to come",
        "services/orders/domain/money.py",
        "if refunded > order.captured:",
        "if refunded > order.total:",
        (MONEY,),
    ),
    Mutation(
        "an old answer revives a payment that has ended",
        "services/orders/domain/money.py",
        "if order.payment_told not in FINAL:",
        "if FINAL:",
        (MONEY,),
    ),
)
