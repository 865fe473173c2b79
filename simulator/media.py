"""Files in messages: fetched from the app and checked as Twilio does, or attached by the person."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from simulator.settings import Settings

MAX_BYTES = 16 * 1024 * 1024
MAX_IMAGE_BYTES = 5 * 1024 * 1024
FETCH_TIMEOUT_SECONDS = 10
FILE_NAME = re.compile(r"(?:SM|MM)[0-9a-f]{32}")

MAGIC: dict[str, Callable[[bytes], bool]] = {
    "application/pdf": lambda head: head.startswith(b"%PDF-"),
    "image/jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "image/png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
}


class MediaRefused(Exception):
    """WhatsApp would not take this file; the text says why."""


@dataclass(frozen=True)
class Media:
    content_type: str
    name: str
    data: bytes


def checked(data: bytes, content_type: str, name: str) -> Media:
    """The file, if it is what it claims to be and small enough. Raises MediaRefused."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in MAGIC:
        raise MediaRefused(f"Content-Type {kind or 'missing'} is not one that the simulator accepts")
    if not MAGIC[kind](data[:16]):
        raise MediaRefused(f"The bytes are not {kind}")
    if len(data) > (MAX_IMAGE_BYTES if kind.startswith("image/") else MAX_BYTES):
        raise MediaRefused(f"{len(data)} bytes are too many for {kind}")
    return Media(kind, name, data)


def from_base64(text: str, content_type: str, name: str) -> Media:
    """A file the person attaches. Raises MediaRefused."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MediaRefused("The file is not base64") from error
    return checked(data, content_type, name or "file")


class MediaStore:
    """Keeps the bytes under the message's sid, as a phone keeps what it received."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def fetch(self, url: str) -> Media:
        """GET a MediaUrl for real. Raises MediaRefused when WhatsApp could not show the result."""
        try:
            content_type, data = _download(self._settings.reachable(url))
        except requests.exceptions.RequestException as error:
            raise MediaRefused(f"Could not fetch: {error}") from error
        return checked(data, content_type, unquote(urlsplit(url).path.rsplit("/", 1)[-1]) or "file")

    def keep(self, sid: str, media: Media) -> None:
        self._settings.media_path.mkdir(parents=True, exist_ok=True)
        self._path(sid).write_bytes(media.data)

    def read(self, sid: str) -> bytes | None:
        path = self._path(sid)
        return path.read_bytes() if path.exists() else None

    def _path(self, sid: str) -> Path:
        if not FILE_NAME.fullmatch(sid):
            raise ValueError("not a message sid")
        return self._settings.media_path / sid


def _download(url: str) -> tuple[str, bytes]:
    with requests.Session() as session:
        session.trust_env = False
        with session.get(url, timeout=FETCH_TIMEOUT_SECONDS, stream=True) as reply:
            if reply.status_code != 200:
                raise MediaRefused(f"The media URL answered {reply.status_code}")
            return reply.headers.get("Content-Type", ""), _read_limited(reply)


def _read_limited(reply: requests.Response) -> bytes:
    data = b""
    for piece in reply.iter_content(64 * 1024):
        data += piece
        if len(data) > MAX_BYTES:
            raise MediaRefused("The file is larger than 16 MB")
    return data
