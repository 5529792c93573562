"""Sheets of the small staff lists: rows, columns and unpacked size are bounded while a file is read."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from drugs.admin.sheets import MAX_SHEET_BYTES
from drugs.models import Organisation
from tests import factories
from tests.admin.people import staff

pytestmark = pytest.mark.django_db
FORMATS = {"csv": "0", "xlsx": "1", "tsv": "2"}


@pytest.fixture
def upload(client):
    """What the import's page says of a file."""
    client.force_login(staff("Editor"))

    def send(content: bytes, kind: str, **said):
        data = {"import_file": SimpleUploadedFile(f"list.{kind}", content), "format": FORMATS[kind], "resource": "0"}
        response = client.post(reverse("admin:drugs_organisation_import"), data | said)
        assert response.status_code == 200
        return response

    return send


def workbook(cells: dict[str, object], **parts: bytes) -> bytes:
    """A workbook with these cells, and more bytes in the parts that are named: styles, workbook."""
    book = openpyxl.Workbook()
    for at, value in cells.items():
        book.active[at] = value
    plain, made = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            for part, more in parts.items():
                content = content + more if name == f"xl/{part}.xml" else content
            new.writestr(name, content)
    return made.getvalue()


ROWS = {"A1": "slug", "B1": "name", "A2": "corestem", "B2": "CORESTEM Inc."}
SPACES = b" " * (MAX_SHEET_BYTES * 5)


@pytest.mark.parametrize(
    ("content", "kind", "sentence"),
    [
        (workbook(ROWS | {"XFD1048576": "end"}), "xlsx", "more than 5000 rows"),
        (workbook(ROWS | {"CV2": "end"}), "xlsx", "Row 2 has more than 50 columns"),
        (workbook(ROWS, styles=SPACES[: MAX_SHEET_BYTES // 4]), "xlsx", "unpacks to more"),
        (workbook(ROWS, **{"worksheets/sheet1": SPACES}), "xlsx", "unpacks to more"),
        (b"slug,name\n", "xlsx", "This is no workbook"),
        (b"PK\x03\x04 cut off", "xlsx", "damaged"),
        (b"slug,name\n" + b"a,\n" * 5_001, "csv", "more than 5000 rows"),
        (b"," * 1_000_000 + b"\n" + b"a\n" * 500_000, "csv", "Row 1 has more than 50 columns"),
        (b"slug\tname\n" + b"\t" * 1_000_000, "tsv", "Row 2 has more than 50 columns"),
        (b'slug,name\na,"not closed\nb,B\n', "csv", "Row 2: The quotation marks of this row do not match"),
        ("slug,name\na,Ü\n".encode("cp1252"), "csv", "no text in UTF-8"),
    ],
)
def test_a_sheet_past_its_limits_is_refused_with_a_sentence(upload, content, kind, sentence):
    response = upload(content, kind)

    assert sentence in response.content.decode()
    assert "confirm_form" not in response.context


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (workbook(ROWS | {"A4": "new-one", "B4": "New one"}), "xlsx"),
        ("\ufeffslug,name\r\ncorestem,CORESTEM Inc.\r\n\r\nnew-one,New one\r\n".encode(), "csv"),
        (b"slug\tname\ncorestem\tCORESTEM Inc.\nnew-one\tNew one", "tsv"),
    ],
)
def test_a_sheet_comes_in_from_each_format(upload, client, content, kind):
    factories.OrganisationFactory(slug="corestem", name="Corestem")

    form = upload(content, kind).context["confirm_form"]
    client.post(reverse("admin:drugs_organisation_process_import"), form.initial)

    assert set(Organisation.objects.values_list("name", flat=True)) == {"CORESTEM Inc.", "New one"}


def test_a_confirm_that_names_another_format_is_told_so(upload, client):
    form = upload(b"slug,name\na,A\n", "csv").context["confirm_form"]

    response = client.post(
        reverse("admin:drugs_organisation_process_import"), form.initial | {"format": FORMATS["xlsx"]}, follow=True
    )

    assert "This is no workbook" in response.content.decode()
    assert not Organisation.objects.exists()
