"""Whom can somebody mention in a note, and where were they mentioned themselves?"""

from chassis.errors import NotFound, Refused
from contracts import orders
from gateway.caller import Caller
from gateway.own import Own
from gateway.people import mentions_said as said
from gateway.people.mentions import SEES
from gateway.ports import Asks


def check_note(own: Own, asker: Asks, asked: orders.AddNote, caller: Caller) -> None:
    """Refuse a note that mentions somebody who may not see the order."""
    if not asked.mentions:
        return
    ref = orders.OriginsOf(order_ids=(asked.order_id,))
    origins = asker.ask(orders.ORIGINS, ref, actor=caller.actor).origins
    if not origins:
        raise NotFound("order", asked.order_id, "order_id")
    strangers = own.mentions.strangers(asked.mentions, origins[0].channel)
    if strangers:
        at = asked.mentions.index(strangers[0])
        told = f"There is no user {strangers[0]} who may see this order."
        raise Refused("not_told", told, f"mentions[{at}]")


def find_colleagues(own: Own, asked: said.FindColleagues, _caller: Caller) -> said.Colleagues:
    """List who can be mentioned on orders of a channel."""
    return own.mentions.colleagues(asked)


def find_mentions(own: Own, asked: said.FindMentions, caller: Caller) -> said.MentionPage:
    """List where one was mentioned, on orders that one may see."""
    seen = caller.scope(SEES).channels if caller.may(SEES) else frozenset[str]()
    return own.mentions.find(caller.caller_id, asked, seen)


def read_mentions(own: Own, asked: said.ReadMentions, caller: Caller) -> said.MentionPage:
    """Note what one has read; the answer tells what is left."""
    own.mentions.mark_read(caller.caller_id, asked.mention_ids)
    return find_mentions(own, said.FindMentions(), caller)
