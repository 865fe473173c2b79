"""RAW: Flask, the SDK's signature check, and one locked row read, changed and answered, with plain psycopg2."""

import os
import threading

import psycopg2
from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

PATH = "/webhooks/twilio/messages"
URL = os.environ["PUBLIC_BASE_URL"] + PATH

app = Flask("raw")
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
mine = threading.local()


@app.post(PATH)
def turn() -> Response:
    if not validator.validate(URL, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)
    address = request.form["From"]
    with connection() as transaction, transaction.cursor() as cursor:  # commits at its end
        cursor.execute("SELECT state, turns FROM floor.conversation WHERE address = %s FOR UPDATE", (address,))
        state, turns = cursor.fetchone()
        cursor.execute(
            "UPDATE floor.conversation SET state = %s, turns = %s WHERE address = %s",
            ("b" if state == "a" else "a", turns + 1, address),
        )
        cursor.execute(
            "INSERT INTO floor.message (sid, address, body) VALUES (%s, %s, %s)",
            (request.form["MessageSid"], address, request.form["Body"]),
        )
    return Response("<Response/>", mimetype="text/xml")


def connection() -> "psycopg2.extensions.connection":
    if not hasattr(mine, "connection"):
        mine.connection = psycopg2.connect(os.environ["DATABASE_URL"])
    return mine.connection
