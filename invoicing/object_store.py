"""Documents in a bucket of any S3-compatible store. Loaded only where one is configured.

A call happens while a request's or a job's transaction is open, so it may not take long: seconds at most, then it
fails and is tried again by whoever asked. Writing is one PUT: readers see the old content or the new one, whole.
"""

import io
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import S3Error

from core.settings import ObjectStore

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
TRIES = 2
CONNECTIONS = 8
MISSING = ("NoSuchKey", "NoSuchObject")


class Bucket:
    """One bucket; what is in it is private and named by random ids below its organisation."""

    def __init__(self, store: ObjectStore) -> None:
        where = urlsplit(store.endpoint)
        self.name = store.bucket
        self.client = Minio(
            where.netloc,
            access_key=store.access_key,
            secret_key=store.secret_key,
            secure=where.scheme == "https",
            region=store.region,
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                maxsize=CONNECTIONS,
                retries=urllib3.Retry(total=TRIES, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
            ),
        )

    def read(self, key: str) -> bytes | None:
        """The object's bytes, or None. Raises what the client raises when the store is away or refuses us."""
        try:
            answer = self.client.get_object(self.name, key)
        except S3Error as refusal:
            if refusal.code in MISSING:
                return None
            raise
        try:
            return bytes(answer.data)
        finally:
            answer.close()
            answer.release_conn()

    def write(self, key: str, content: bytes) -> None:
        """Put the object in place of what was there."""
        self.client.put_object(self.name, key, io.BytesIO(content), len(content))
