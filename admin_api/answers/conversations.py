"""Who writes, and what was said."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Moment, Person, PublicId, Rows, Shop, Word
from bot.history import DIRECTIONS, SPEAKERS
from bot.tables import MEDIA_STATES


class WithStaffOut(Answer):
    """Who answers instead of the bot, and until when."""

    since = Moment()
    until = Moment()
    user_id = PublicId("usr", allow_none=True)
    by = Person("user_id", allow_none=True)


class ConversationOut(Answer):
    """With whom, whether free text may be sent, and who answers."""

    id = PublicId("cnv")
    retailer_id = PublicId("ret", allow_none=True)
    retailer = Shop(allow_none=True)
    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    language = fields.String()
    opted_out = fields.Boolean()
    window_open = fields.Boolean()
    last_inbound_at = Moment(allow_none=True)
    updated_at = Moment()
    flow = fields.String(allow_none=True)
    state = fields.String(allow_none=True)
    with_staff = fields.Nested(WithStaffOut, allow_none=True)


class MediaOut(Answer):
    """A picture or file that came with a message."""

    id = PublicId("med")
    content_type = fields.String()
    status = Word(MEDIA_STATES)


class MessageOut(Answer):
    """One message. `by` is the member of staff, or without an id who else spoke: retailer, bot, notice."""

    id = PublicId("msg")
    direction = Word(DIRECTIONS)
    at = Moment()
    who = Word(SPEAKERS)
    user_id = PublicId("usr", allow_none=True)
    by = Person("by")
    kind = fields.String()
    text = fields.String()
    choices = fields.List(fields.String())
    status = fields.String()
    media = Rows(MediaOut)


class ReplyOut(Answer):
    """A reply on its way."""

    id = PublicId("msg")
    conversation_id = PublicId("cnv")
    status = Word(("queued",))
