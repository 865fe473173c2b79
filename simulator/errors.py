"""Twilio's error codes that the simulator can produce, with a plain reason for each."""

PLAIN_REASONS: dict[int, str] = {
    20001: "The request is not valid",
    20003: "The account sid or the auth token is wrong",
    20404: "There is no such resource in this account",
    20429: "Too many requests at once; nothing was processed",
    20500: "Internal server error; the message may or may not have been accepted",
    21211: "The To number is not a valid WhatsApp address",
    21602: "A message needs a Body, a MediaUrl or a ContentSid",
    21603: "The From number is missing",
    21604: "The To number is missing",
    21609: "The StatusCallback is not a valid URL",
    21610: "The recipient has opted out of this sender's messages",
    21617: "The body is longer than 1600 characters",
    21620: "The MediaUrl is not a valid URL",
    21654: "ContentVariables were given without a ContentSid",
    21655: "The ContentSid is unknown in this account",
    21656: "ContentVariables must be a JSON object of texts, none empty, without line breaks or tabs",
    21705: "The Messaging Service is unknown in this account",
    35118: "A scheduled message needs a Messaging Service",
    63003: "This number is not on WhatsApp",
    63005: "WhatsApp did not accept the content: a limit on buttons, rows or titles is broken",
    63007: "The From number is not a WhatsApp sender of this account",
    63016: "The 24-hour window is closed: only an approved template may be sent",
    63019: "The media could not be fetched or is not what its Content-Type says",
    63021: "The filled-in content is longer than WhatsApp allows",
    63040: "The template is not approved",
    63041: "The template is paused",
    63042: "The template is disabled",
}

HTTP_STATUS = {20003: 401, 20404: 404, 20429: 429, 20500: 500}


class Refusal(Exception):
    """Twilio's synchronous no: a code, and the HTTP status that goes with it."""

    def __init__(self, code: int, detail: str = ""):
        super().__init__(detail or PLAIN_REASONS[code])
        self.code = code
        self.status = HTTP_STATUS.get(code, 400)

    def to_json(self) -> dict[str, object]:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": more, "status": self.status}


def plain_reason(code: int | None) -> str:
    return PLAIN_REASONS.get(code or 0, "")
