"""Webhooks as the provider sends them: form-encoded, signed, with the fields of a WhatsApp message."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

MESSAGES, STATUS = "/webhooks/twilio/messages", "/webhooks/twilio/status"
BASE_URL = "https://bench.example"
ACCOUNT_SID = "AC" + "b" * 32
AUTH_TOKEN = "b0" * 16
NUMBER = "+912066000001"


def phone_of(shop: int) -> str:
    """The phone of the n-th shop."""
    return f"+9199{shop:08d}"


def message(shop: int, body: str) -> bytes:
    """A whole HTTP request with a new message from this shop."""
    sid, phone = "SM" + secrets.token_hex(16), phone_of(shop)
    return request(
        MESSAGES,
        {
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "ProfileName": f"Shop {shop}",
            "MessageType": "text",
            "SmsSid": sid,
            "WaId": phone[1:],
            "SmsStatus": "received",
            "Body": body,
            "To": f"whatsapp:{NUMBER}",
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            "MessageSid": sid,
            "AccountSid": ACCOUNT_SID,
            "From": f"whatsapp:{phone}",
            "ApiVersion": "2010-04-01",
        },
    )


def callback(reference: str, sid: str, to_address: str, status: str) -> bytes:
    """A whole HTTP request that reports what became of a message of ours."""
    return request(
        f"{STATUS}?ref={reference}",
        {
            "ChannelPrefix": "whatsapp",
            "ApiVersion": "2010-04-01",
            "MessageStatus": status,
            "SmsSid": sid,
            "SmsStatus": status,
            "ChannelInstallSid": "XE" + "b" * 32,
            "To": to_address,
            "From": f"whatsapp:{NUMBER}",
            "MessageSid": sid,
            "AccountSid": ACCOUNT_SID,
            "ChannelToAddress": to_address,
        },
    )


def request(target: str, fields: Mapping[str, str]) -> bytes:
    """The bytes of a signed POST."""
    body = urlencode(fields).encode()
    head = (
        f"POST {target} HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"I-Twilio-Idempotency-Token: {secrets.token_hex(16)}\r\nX-Twilio-Signature: {sign(target, fields)}\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def sign(target: str, fields: Mapping[str, str]) -> str:
    """base64(HMAC-SHA1(token, address + every name and value in the order of names))."""
    signed = BASE_URL + target + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(AUTH_TOKEN.encode(), signed.encode(), "sha1")).decode()
