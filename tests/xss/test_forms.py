"""Every form that people have, filled in the browser with hostile texts and sent: what is refused comes back as text."""

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import TimeoutError as TooLong

from tests.admin.people import staff
from tests.xss import world
from tests.xss.payloads import ROUNDS, of_round

pytestmark = pytest.mark.django_db(transaction=True)

#: Types into every box of the form that the main button sends, past what the browser itself would refuse.
FILL = """(texts) => {
  const form = document.querySelector("form[method=post i]:not(#logout-form)");
  if (!form) return 0;
  form.noValidate = true;
  let place = 0;
  for (const box of form.elements) {
    const isText = box.tagName === "TEXTAREA" || (box.tagName === "INPUT" && ["text", "url", "email", "search"].includes(box.type));
    if (!isText || box.readOnly || box.disabled || box.name.includes("__prefix__") || box.name.endsWith("_FORMS")) continue;
    if (box.type !== "text" && box.tagName === "INPUT") box.type = "text";
    box.removeAttribute("maxlength");
    box.value = texts[place++ % texts.length];
  }
  return place;
}"""
SEND = """() => {
  const form = document.querySelector("form[method=post i]:not(#logout-form)");
  const first = (css) => form.querySelector(css);
  form.requestSubmit(first("[name=_continue]") || first("[name=_save]") || first("[type=submit], button"));
}"""


def sent(one, path, texts):
    """How many boxes of the form there took a text; the answer was looked at."""
    one.page.goto(one.server + path)
    filled = one.page.evaluate(FILL, texts)
    if filled:
        try:
            with one.page.expect_navigation(timeout=8000):
                one.page.evaluate(SEND)
        except TooLong:
            one.found.append(f"{path}: the form was not sent")
        one.look()
    return filled


def forms_of_staff():
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_add")
        for pk in model._base_manager.order_by("-pk").values_list("pk", flat=True)[:2]:
            yield reverse(f"{name}_change", args=[pk])


@pytest.mark.parametrize("number", range(0, ROUNDS, 2))
def test_nothing_that_a_form_was_sent_runs(reader, settings, number):
    settings.ALERTS_BY_MAIL = True
    settings.CORRECTIONS_PER_ADDRESS = settings.CORRECTIONS_AN_HOUR = 1000
    texts = of_round(number)
    edition = world.make(1)
    one, filled = reader(staff("superuser")), 0

    for path in ("/corrections/new/?drug=planted", "/alerts/", "/admin/account/password/forgotten/", *forms_of_staff()):
        filled += sent(one, path, texts)

    assert not one.found, "\n".join(dict.fromkeys(one.found))
    assert filled > 100
    one.read(world.staff_pages(staff("Editor")))
    one.read(world.public_pages(edition))
    assert not one.found, "\n".join(dict.fromkeys(one.found))
