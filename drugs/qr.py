"""Addresses as QR codes, drawn as SVG on the server: no script, no style, nothing from another host."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(address: str) -> SafeString:
    """An SVG of the address, dark on white in any colour scheme, with the quiet zone that readers of it need.

    It repeats what stands in words beside it, so it is hidden from those who hear the page. Error correction M:
    a crumpled printed page is still read.
    """
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None, light="#fff")
    return mark_safe(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308 (only numbers of the drawing: the address itself is not in it)
