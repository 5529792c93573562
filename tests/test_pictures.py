"""Uploaded pictures: small, upright, without a trace of place or device, whatever was sent."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from drugs import pictures
from drugs.pictures import MOST_BYTES, small_picture

PLACE = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}


def picture(size=(900, 600), kind="JPEG", noise=8, **options):
    """An uploaded file: noise is the hardest to make small."""
    if kind == "AVIF":
        options["speed"] = 10  # quickest to write
    image = Image.effect_noise(size, noise).convert(options.pop("mode", "RGB"))
    file = BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def exif(orientation=1):
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "PLANTED-MAKER"
    data[0x8825] = PLACE
    return data


def opened(content):
    return Image.open(BytesIO(content))


#: Each kind in one size, and one kind in each: once it is read, a picture is pixels.
KINDS_AND_SIZES = [
    *((kind, (900, 600)) for kind in ("JPEG", "PNG", "WEBP", "AVIF")),
    *(("JPEG", size) for size in ((1200, 900), (170, 1000), (4000, 3000))),  # the last is what a camera makes
]


@pytest.mark.parametrize(("kind", "size"), KINDS_AND_SIZES)
def test_a_picture_becomes_at_most_15_kb_of_webp(kind, size):
    file = picture(size, kind, noise=120 if kind != "PNG" else 8)

    made = small_picture(file, len(file.getvalue()))

    assert len(made.content) <= MOST_BYTES
    assert opened(made.content).format == "WEBP"
    assert opened(made.content).size == (made.width, made.height)
    assert max(made.width, made.height) <= 480


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_place_date_and_device_stay_behind(kind):
    file = picture(kind=kind, exif=exif())
    assert opened(file.getvalue()).getexif().get_ifd(0x8825)

    made = small_picture(file, len(file.getvalue()))

    assert not dict(opened(made.content).getexif())
    assert set(opened(made.content).info) <= {"loop", "background"}
    assert b"PLANTED" not in made.content
    assert b"EXIF" not in made.content
    assert b"ICCP" not in made.content


def test_a_picture_taken_sideways_stands_upright():
    file = picture((900, 600), exif=exif(orientation=6))

    made = small_picture(file, 1)

    assert made.height > made.width


def test_a_transparent_picture_stands_on_white():
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    file = BytesIO()
    image.save(file, "PNG")
    file.seek(0)

    made = small_picture(file, 1)

    assert min(opened(made.content).convert("RGB").getpixel((5, 5))) > 245


@pytest.mark.parametrize("mode", ["L", "1", "CMYK"])
def test_grey_and_print_colours_are_read_too(mode):
    assert small_picture(picture(mode=mode, kind="JPEG" if mode == "CMYK" else "PNG"), 1).content


REFUSED = {
    "no picture": lambda: BytesIO(b"hello"),
    "nothing": lambda: BytesIO(b""),
    "a page": lambda: BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "half a picture": lambda: BytesIO(picture().getvalue()[:3000]),
    "another format": lambda: picture(kind="GIF"),
    "tiny": lambda: picture((100, 100)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_refused_in_words(name):
    file = REFUSED[name]()

    with pytest.raises(ValidationError) as refused:
        small_picture(file, len(file.getvalue()))

    assert "Choose" in refused.value.messages[0] or "choose" in refused.value.messages[0]


def test_a_file_that_is_too_large_is_refused_unread():
    with pytest.raises(ValidationError, match="larger than"):
        small_picture(BytesIO(b""), pictures.MOST_UPLOADED + 1)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)

    with pytest.raises(ValidationError, match="too many pixels"):
        small_picture(picture(), 1)
