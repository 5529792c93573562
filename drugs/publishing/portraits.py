"""Taking a portrait down: one statement, and no page, cache or copy of ours shows it again."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from drugs.models import ContentVersion, Portrait


@transaction.atomic
def take_down(pk: int, *, by: User | None) -> bool:
    """Delete a portrait's picture and its words; whether there was one. Doing it again changes nothing.

    Pages with portraits are asked for anew at each use (`public_page`), and so is the picture: nothing waits.
    """
    portrait = Portrait.objects.select_for_update().defer("picture").filter(pk=pk).first()
    if portrait is None:
        return False
    if portrait.taken_down_at is None:
        portrait.picture, portrait.alt_text, portrait.caption = None, "", ""
        portrait.width = portrait.height = 0
        portrait.taken_down_at, portrait.taken_down_by = timezone.now(), by
        portrait.save()
        ContentVersion.bump()
    return True
