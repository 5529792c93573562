"""Every public address that takes parameters, each with all of them, for a scanner: one a line."""

import os
import sys

SITE = os.environ["SITE"]
ASKED = (
    "/drugs/?q=als&stage=approved&phase=PHASE3&modality=cell_therapy&route=oral&sponsor=biogen&country=JP&sort=name&page=1",
    "/drugs/approved/?q=a&modality=cell_therapy&country=US&page=1",
    "/trials/?q=als&status=COMPLETED&phase=PHASE2&study_type=INTERVENTIONAL&country=US&sponsor=a&therapy=tudca"
    "&registry=CTGOV&year=2020&sort=start&page=1",
    "/search/?q=edaravone",
    "/compare/?drug=tudca&drug=ilb&q=a&only=differences",
    "/visit/?drug=tudca&trial=NCT04745299&q=a&choose=1",
    "/pipeline/?modality=cell_therapy",
    "/approvals/?therapy=tofersen-qalsody&kind=full&country=US",
    "/cards/?drug=tudca&country=US",
    "/drugs/tudca/card/?country=US",
    f"/oembed/?url={SITE}/drugs/tudca/card/&maxwidth=300&maxheight=300&format=json",
    "/corrections/?reference=C-7K3F-92",
    "/corrections/new/?drug=tudca&section=background&page=help",
    "/alerts/?drug=tudca",
    "/updates/?page=1",
    "/trials/feed/?q=als&status=COMPLETED&country=US&sponsor=a&year=2020",
    "/drugs/approved/feed/?modality=cell_therapy&country=US",
    "/api/v1/therapies/?q=als&stage=approved&fields=slug&page=1",
    "/api/v1/trials/?q=als&status=COMPLETED&therapy=tudca&since=2020-01-01&fields=home_number&page=1",
    "/api/v1/updates/?since=2026-01-01&page=1",
    "/api/v1/results/?therapy=tudca&page=1",
    "/drugs/tudca*/",
    "/trials/NCT04745299*/",
    "/pages/help*/",
)
sys.stdout.write("".join(f"{SITE}{path}\n" for path in ASKED))
