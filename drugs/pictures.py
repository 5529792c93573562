"""A photograph as somebody uploaded it, made small and stripped: WebP, at most 15 KB, no metadata."""

from io import BytesIO
from typing import IO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

#: What is kept and sent to readers.
MOST_BYTES = 15 * 1024
#: What may be uploaded.
MOST_UPLOADED = 15 * 1024 * 1024
MOST_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
#: Longest side in pixels, the best first: shown at half of it, sharp on a phone.
SIDES = (480, 400, 320, 240, 160)
QUALITIES = (82, 74, 66, 58, 50)
SMALLEST_SIDE = 160


class Picture(NamedTuple):
    content: bytes
    width: int
    height: int


def small_picture(file: IO[bytes], size: int) -> Picture:
    """The picture in `file` of `size` bytes, re-encoded. Raises ValidationError that says what to do.

    Only pixels are carried over: place, device, date, colour profile and thumbnails stay behind.
    """
    if size > MOST_UPLOADED:
        raise ValidationError(
            _("The file is larger than %(most)s MB: save the picture smaller and choose it again.")
            % {"most": MOST_UPLOADED // 1024 // 1024}
        )
    try:
        return _smallest(_pixels(file))
    except ValidationError:
        raise
    except Exception as error:  # whatever a broken or hostile file makes the decoder say
        raise ValidationError(
            _("This file cannot be read as a picture. Choose a JPEG, PNG, WebP or AVIF file.")
        ) from error


def _pixels(file: IO[bytes]) -> Image.Image:
    """The picture upright, in sRGB, on white where it is transparent."""
    with Image.open(file, formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValidationError(_("The picture has too many pixels: save it smaller and choose it again."))
        if min(opened.size) < SMALLEST_SIDE:
            raise ValidationError(
                _("The picture is smaller than %(side)s pixels: it would look coarse. Choose a larger one.")
                % {"side": SMALLEST_SIDE}
            )
        opened.draft("RGB", (SIDES[0] * 2, SIDES[0] * 2))  # a JPEG is decoded at a fraction of its size
        picture = ImageOps.exif_transpose(opened)
        profile = opened.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    elif profile and picture.mode in ("RGB", "CMYK"):
        picture = _in_srgb(picture, profile)
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def _smallest(picture: Image.Image) -> Picture:
    """As large and as good as `MOST_BYTES` allow."""
    for side in SIDES:
        scaled = picture.copy()
        scaled.thumbnail((side, side), Image.Resampling.LANCZOS)
        bare = Image.frombytes("RGB", scaled.size, scaled.tobytes())  # nothing but pixels
        if len(coarsest := _webp(bare, QUALITIES[-1])) > MOST_BYTES:
            continue
        better = (content for quality in QUALITIES[:-1] if len(content := _webp(bare, quality)) <= MOST_BYTES)
        return Picture(next(better, coarsest), *bare.size)
    raise ValidationError(_("The picture cannot be made small enough. Choose a calmer one, such as a plain portrait."))


def _webp(picture: Image.Image, quality: int) -> bytes:
    kept = BytesIO()
    picture.save(kept, "WEBP", quality=quality, method=6)
    return kept.getvalue()
