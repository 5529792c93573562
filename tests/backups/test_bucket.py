"""Files in a bucket instead of a folder: a server that speaks S3, on loopback."""

import hashlib

import boto3
import pytest
from botocore.config import Config
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer

from drugs.backups import make_backup, restore_backup
from drugs.backups.make import file_names
from drugs.imports import runs
from drugs.imports.apply import apply
from drugs.imports.compare import compare
from drugs.imports.problems import FileRefusedError
from drugs.models import ImportRun, Trial
from drugs.once import restored
from drugs.open_data.files import releases, write_release
from tests import factories
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TRIALS = b"NCT Number,Study Title,Study Status\nNCT04745299,A study,RECRUITING\n"


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, settings):
    """An empty bucket in the place of the folder."""
    name = f"media-{timezone.now().timestamp():.6f}"
    where = {"endpoint_url": endpoint, "region_name": "eu-west-1"}
    key = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    boto3.client("s3", **where, **key).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    options = where | {"bucket_name": name, "access_key": "key", "secret_key": "secret", "file_overwrite": False}
    own = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | {"default_acl": None}}
    settings.STORAGES = {**settings.STORAGES, "default": own}
    return name


def imported() -> ImportRun:
    run = compare(runs.store(iter([TRIALS]), "trials.csv"))
    assert runs.confirm(run), run.error
    return apply(run)


def test_an_import_is_stored_there_and_read_from_there(bucket):
    run = imported()

    assert Trial.objects.get().home_number == "NCT04745299"
    with default_storage.open(run.file.name) as file:
        assert file.read() == TRIALS


def test_a_file_that_is_too_large_leaves_nothing_there(bucket, settings):
    settings.IMPORT_MAX_BYTES = 10

    with pytest.raises(FileRefusedError):
        imported()

    assert list(file_names(default_storage)) == []
    assert not ImportRun.objects.exists()


def test_releases_are_listed_and_sent_from_there(bucket):
    factories.live_edition("abc")
    assert releases() == []
    date, client = write_release(timezone.now()), Client()

    assert releases() == [date]
    assert f"/data/{date}/" in client.get("/data/").content.decode()
    sums = b"".join(client.get(f"/data/{date}/SHA256SUMS").streaming_content).decode()
    for line in sums.splitlines():
        digest, name = line.split("  ")
        content = b"".join(client.get(f"/data/{date}/{name}").streaming_content)
        assert hashlib.sha256(content).hexdigest() == digest
        assert name in client.get(f"/data/{date}/").content.decode()
    assert write_release(timezone.now()) == date
    assert len(list(file_names(default_storage))) == len(sums.splitlines()) + 1


def test_a_backup_takes_its_files_and_a_restore_puts_them_back(bucket, migrated, tmp_path):
    run, now = imported(), timezone.now()
    record = make_backup(tmp_path, now)
    default_storage.delete(run.file.name)

    with migrated("sqlite") as alias:
        restore_backup(tmp_path / record.name, now, using=alias)

        assert Trial.objects.using(alias).count() == 1
    with default_storage.open(run.file.name) as file:
        assert file.read() == TRIALS


@pytest.fixture
def away(bucket, settings):
    """The bucket refuses connections."""
    options = settings.STORAGES["default"]["OPTIONS"] | {
        "endpoint_url": "http://127.0.0.1:1",
        "client_config": Config(retries={"total_max_attempts": 1}),
    }
    settings.STORAGES = {**settings.STORAGES, "default": settings.STORAGES["default"] | {"OPTIONS": options}}
    restored.cache_clear()
    yield
    restored.cache_clear()


def test_a_process_that_starts_while_the_bucket_is_away_answers(away, settings):
    factories.live_edition("abc")
    settings.METRICS_TOKEN = "t" * 40
    client = Client(raise_request_exception=False)

    assert client.get("/drugs/abc/").status_code == 200
    assert client.get("/drugs/abc/")["ETag"] == client.get("/drugs/abc/")["ETag"]
    assert client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 40}"}).status_code == 200
    assert client.get("/data/").status_code == 503


def test_staff_are_told_that_the_bucket_is_away(client, away):
    client.force_login(staff("superuser"))

    assert "The storage of files does not answer" in client.get("/admin/").content.decode()
    assert client.get("/admin/operations/").status_code == 200


def test_a_backup_and_a_restore_say_that_the_bucket_is_away(bucket, tmp_path, request):
    record = make_backup(tmp_path, timezone.now())
    request.getfixturevalue("away")

    with pytest.raises(CommandError, match="No backup was made, the bucket of the stored files does not answer"):
        call_command("backup", to=tmp_path)
    with pytest.raises(CommandError, match=r"The stored files could not be read: .* Nothing was changed"):
        call_command("restore", tmp_path / record.name)
    assert [path.name for path in tmp_path.iterdir()] == [record.name]


def test_what_asks_for_a_disk_goes_on(bucket, settings):
    settings.METRICS_TOKEN = "t" * 40

    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {'t' * 40}"})

    assert answer.status_code == 200
    assert "site_disk_free_bytes" not in answer.content.decode()
    call_command("check")
