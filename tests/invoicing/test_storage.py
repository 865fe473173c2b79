"""One promise, two stores: a folder, and a bucket behind a real S3 server (of moto, in this process)."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from minio.error import S3Error
from moto.server import ThreadedMotoServer

from core import settings
from core.settings import ConfigurationError, ObjectStore
from invoicing import storage
from invoicing.object_store import Bucket
from invoicing.storage import Folder, Storage


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """A new bucket on a server of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    made = Bucket(ObjectStore(f"http://127.0.0.1:{port}", "papers", "key", "secret", "ap-south-1"))
    made.client.make_bucket(made.name, location="ap-south-1")
    yield made
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return Folder(tmp_path)
    found: Bucket = request.getfixturevalue("bucket")
    return found


def test_what_was_written_last_is_read(store: Storage) -> None:
    key = f"{uuid4()}/{uuid4()}.pdf"
    assert store.read(key) is None
    for content in (b"%PDF-1 first", b"%PDF-1 the second, longer", b"", bytes(range(256)) * 1000):
        store.write(key, content)
        assert store.read(key) == content


def test_keys_do_not_meet(store: Storage) -> None:
    org = uuid4()
    store.write(f"{org}/a.pdf", b"a")
    store.write(f"{org}/logos/a.png", b"b")
    assert (store.read(f"{org}/a.pdf"), store.read(f"{org}/logos/a.png")) == (b"a", b"b")
    assert store.read(f"{org}/logos/b.png") is None


def test_a_store_that_refuses_or_is_away_is_not_an_empty_one(bucket: Bucket) -> None:
    elsewhere = Bucket(ObjectStore(f"http://{bucket.client._base_url.host}", "nobodys", "key", "secret", "ap-south-1"))
    with pytest.raises(S3Error):
        elsewhere.read("a.pdf")


def test_the_bucket_is_used_when_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BAHI_HOME", str(tmp_path))
    settings.current.cache_clear()
    assert isinstance(storage.current(), Folder)
    for name, value in (("BUCKET", "papers"), ("ENDPOINT", "http://127.0.0.1:9"), ("ACCESS_KEY", "k")):
        monkeypatch.setenv(f"S3_{name}", value)
    with pytest.raises(ConfigurationError, match="S3_SECRET_KEY"):
        settings.load()
    monkeypatch.setenv("S3_SECRET_KEY", "s")
    settings.current.cache_clear()
    assert isinstance(storage.current(), Bucket)
    assert storage.current() is storage.current()
    monkeypatch.setenv("S3_ENDPOINT", "papers.example")
    with pytest.raises(ConfigurationError, match="S3_ENDPOINT"):
        settings.load()
