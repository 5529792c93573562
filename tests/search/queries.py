"""What people type, and the page that must come first, over the content that ships. Written before the search."""

#: (what is typed, the pages of which one must come first)
QUERIES = [
    # Names
    ("riluzole", "riluzole-tiglutik"),
    ("Lenzumestrocel", "lenzumestrocel"),
    ("tofersen", "tofersen-qalsody"),
    ("methylcobalamin", "methylcobalamin rozebalamin-methylcobalamin"),
    ("oral edaravone", "oral-edaravone"),
    ("regulatory t cells", "t-regulatory-cells"),
    # Brands
    ("Qalsody", "tofersen-qalsody"),
    ("Tiglutik", "riluzole-tiglutik"),
    ("RELYVRIO", "amx0035"),
    ("Exservan film", "riluzole-tiglutik"),
    ("neuronata", "lenzumestrocel"),
    ("NeuroNata-R", "lenzumestrocel"),
    ("radicava ors", "oral-edaravone"),
    ("Radicut", "radicava-edaravone"),
    ("Albrioza", "amx0035"),
    # Codes
    ("AMX0035", "amx0035"),
    ("amx 0035", "amx0035"),
    ("BIIB067", "tofersen-qalsody"),
    ("cnm au8", "cnm-au8"),
    ("MT-1186", "oral-edaravone radicava-edaravone"),
    ("ck2127107", "reldesemtiv"),
    ("AB1010", "masitinib"),
    ("COYA302", "t-regulatory-cells"),
    # Synonyms
    ("copper atsm", "cuatsm"),
    ("taurursodiol", "tudca"),
    ("dextromethorphan quinidine", "nuedexta"),
    ("gold nanocrystals", "cnm-au8"),
    ("low-dose IL-2", "t-regulatory-cells"),
    # Misspelt
    ("edavarone", "radicava-edaravone oral-edaravone"),
    ("riluzol", "riluzole-tiglutik"),
    ("toferson", "tofersen-qalsody"),
    ("lenzumestrosel", "lenzumestrocel"),
    ("masitinab", "masitinib"),
    ("arimoclamol", "arimoclomol"),
    ("pridopodine", "pridopidine"),
    ("quallsody", "tofersen-qalsody"),
    ("nuadexta", "nuedexta"),
    ("alsumit", "NCT04745299"),
    # Registry numbers
    ("NCT04745299", "NCT04745299"),
    ("nct04745299", "NCT04745299"),
    ("NCT 0474 5299", "NCT04745299"),
    ("04745299", "NCT04745299"),
    ("2018-000137-13", "NCT03491462"),
    ("EudraCT 2018-000137-13", "NCT03491462"),
    ("EUCTR2018-000137-13-DE", "NCT03491462"),
    ("isrctn 83738603", "NCT03705390"),
    ("ISRCTN83738603", "NCT03705390"),
    ("NEURONATA-R_ALS301", "NCT04745299"),
    ("mt-1186-a01", "NCT04165824"),
    # Trials by name
    ("ALSUMMIT", "NCT04745299"),
    ("centaur trial", "NCT03127514"),
    ("PHOENIX", "NCT05021536"),
    ("HEALEY pridopidine", "NCT04615923"),
    # Other scripts and accents
    ("édaravone", "radicava-edaravone oral-edaravone"),
    ("エダラボン", "radicava-edaravone oral-edaravone"),
    ("рилузол", "riluzole-tiglutik"),
    ("ριλουζόλη", "riluzole-tiglutik"),
    # Words to look up
    ("placebo", "placebo"),
    ("spinal tap", "lumbar-puncture"),
    ("neurofilament light chain", "neurofilament"),
]
