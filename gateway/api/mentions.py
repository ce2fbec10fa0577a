"""How do people learn that a colleague has named them in a note?"""

from contracts.message import Question
from gateway.people import mentioning
from gateway.people import mentions_said as said
from gateway.people.roles import OWN
from gateway.route import Route

TAG = "mentions"
COLLEAGUES = Question("mentions.colleagues", said.FindColleagues, said.Colleagues)
FIND = Question("mentions.find", said.FindMentions, said.MentionPage)
READ = Question("mentions.read", said.ReadMentions, said.MentionPage, changes=True)
# fmt: off
ROUTES = (
    Route("GET",  "/colleagues",    COLLEAGUES, "Find whom a note on an order can mention", TAG, own=mentioning.find_colleagues, needs="orders.write"),
    Route("GET",  "/mentions",      FIND,       "List where I was mentioned, unread first", TAG, own=mentioning.find_mentions, needs=OWN),
    Route("POST", "/mentions/read", READ,       "Note what I have read", TAG, own=mentioning.read_mentions, needs=OWN),
)
# fmt: on
