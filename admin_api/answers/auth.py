"""What signing in gives."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Whole


class TokensOut(Answer):
    """Use `access_token` as bearer for `expires_in` seconds; exchange `refresh_token` before."""

    access_token = fields.String()
    refresh_token = fields.String()
    expires_in = Whole()
