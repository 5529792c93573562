"""Put back what an import changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from drugs.imports.undo import NotAppliedError, undo
from drugs.models import ImportRun


class Command(BaseCommand):
    help = "Puts back what a run changed, naming what changed later and was kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="The number that import_trials and the admin show.")

    def handle(self, *args: Any, run: int, **options: Any) -> None:
        try:
            undone = undo(ImportRun.objects.get(pk=run))
        except ImportRun.DoesNotExist:
            raise CommandError(_("There is no run %(run)s.") % {"run": run}, returncode=2) from None
        except NotAppliedError as error:
            raise CommandError(str(error), returncode=2) from error
        what = undone.detection["undo"]
        self.stdout.write(
            _("Run %(run)s is put back: %(deleted)s trials deleted, %(restored)s as before.")
            % {"run": run, "deleted": what["deleted"], "restored": what["restored"]}
        )
        for kept in what["kept"]:
            self.stdout.write(f"  {kept['trial']}: {kept['reason']}")
