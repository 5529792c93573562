"""Sixty other things that people type. Written after the search and before it was tried on them."""

EDARAVONE = "radicava-edaravone oral-edaravone"
METHYLCOBALAMIN = "methylcobalamin rozebalamin-methylcobalamin"

#: (what is typed, the pages of which one must come first)
QUERIES = [
    # One or two letters wrong, left out, put in or swapped
    ("rilusole", "riluzole-tiglutik"),
    ("riluzloe", "riluzole-tiglutik"),
    ("tofresen", "tofersen-qalsody"),
    ("qualsody", "tofersen-qalsody"),
    ("endarovone", EDARAVONE),
    ("radicva", EDARAVONE),
    ("Relivrio", "amx0035"),
    ("arimoclamal", "arimoclomol"),
    ("nurwon", "nurown"),
    ("methylcobolamin", METHYLCOBALAMIN),
    ("reldasemtive", "reldesemtiv"),
    ("miracals", "NCT03039673"),
    ("pheonix", "NCT05021536"),
    # Codes, written otherwise
    ("amx-0035", "amx0035"),
    ("AMX35", "amx0035"),
    ("CNMAu8", "cnm-au8"),
    ("mci186", EDARAVONE),
    ("BIIB-067", "tofersen-qalsody"),
    ("np-001", "np001"),
    ("prime c", "primec"),
    ("msc ntf", "nurown"),
    ("bct002us", "NCT03280056"),
    ("MT1186-A02", "NCT04569084"),
    ("AB 19001", "NCT03127267"),
    # Other languages and scripts
    ("эдаравон", EDARAVONE),
    ("тоферсен", "tofersen-qalsody"),
    ("リルゾール", "riluzole-tiglutik"),
    ("メコバラミン", METHYLCOBALAMIN),
    ("에다라본", EDARAVONE),
    ("릴루졸", "riluzole-tiglutik"),
    ("ريلوزول", "riluzole-tiglutik"),
    ("edaravona", EDARAVONE),
    ("metilcobalamina", METHYLCOBALAMIN),
    ("tofersén", "tofersen-qalsody"),
    # Registry numbers
    ("nct-05178810", "NCT05178810"),
    ("NCT5178810", "NCT05178810"),
    ("2020 003376 40", "NCT05178810"),
    ("eudract:2022-002185-32", "NCT05357950"),
    ("isrctn-83738603", "NCT03705390"),
    ("83738603", "NCT03705390"),
    ("https://clinicaltrials.gov/study/NCT04856982", "NCT04856982"),
    # Trials by name
    ("fortitude als", "NCT03160898"),
    ("adore study", "NCT05178810"),
    ("healy platform trial", "platform-trial NCT04297683 NCT04414345 NCT04615923"),
    ("orarials", "NCT03491462 NCT03836716"),
    # Genes and words to look up
    ("sod 1", "sod1 sod1-therapies"),
    ("SOD1 mutations", "sod1-therapies sod1 gene-variant"),
    ("feeding tubes", "feeding-tube"),
    ("lumber puncture", "lumbar-puncture"),
    ("compasionate use", "expanded-access"),
    ("vitamin b12", METHYLCOBALAMIN),
    # Who makes it
    ("amylix", "amx0035"),
    ("brain storm cell therapeutics", "nurown"),
    ("cytokinetcs", "reldesemtiv"),
    ("mitsubishi tanabe", EDARAVONE),
    # A name and a word
    ("riluzole side effects", "riluzole-tiglutik"),
    ("oral edarovone dose", "oral-edaravone"),
    ("is amx0035 still available?", "amx0035"),
    ("nuedexta pseudobulbar affect", "nuedexta"),
    ("Treg cell infusions", "t-regulatory-cells"),
]
