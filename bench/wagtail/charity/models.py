"""A therapy's page as a charity would model it in Wagtail: sections of rich text, sources in a panel of their own."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page


class TherapyPage(Page):
    content_panels = [*Page.content_panels, InlinePanel("sections"), InlinePanel("sources")]
    template = "page.html"

    def get_context(self, request, *args, **kwargs):
        menu = Page.objects.live().public().in_menu().order_by("title")[:25]
        return super().get_context(request, *args, **kwargs) | {"menu": menu}


class Section(Orderable):
    page = ParentalKey(TherapyPage, on_delete=models.CASCADE, related_name="sections")
    body = RichTextField()
    panels = [FieldPanel("body")]


class Source(Orderable):
    page = ParentalKey(TherapyPage, on_delete=models.CASCADE, related_name="sources")
    label = models.CharField(max_length=200)
    panels = [FieldPanel("label")]
