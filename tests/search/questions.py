"""Sixty more things that people type: questions, endings, slips and mixed-up words. Written before the search met them."""

EDARAVONE = "radicava-edaravone oral-edaravone"
METHYLCOBALAMIN = "methylcobalamin rozebalamin-methylcobalamin"

#: (what is typed, the pages of which one must come first)
QUERIES = [
    # Questions
    ("is tofersen approved in europe", "tofersen-qalsody"),
    ("does riluzole help with ALS?", "riluzole-tiglutik"),
    ("what is nurown", "nurown"),
    ("how is edaravone given", EDARAVONE),
    ("why was amx0035 withdrawn", "amx0035"),
    ("where can I get Qalsody", "tofersen-qalsody"),
    ("who makes masitinib", "masitinib"),
    ("what is a lumbar puncture?", "lumbar-puncture"),
    ("what does double blind mean", "double-blind"),
    ("can I get pridopidine through expanded access", "pridopidine expanded-access"),
    ("lenzumestrocel in Korea", "lenzumestrocel"),
    # One and many
    ("placebos", "placebo"),
    ("biomarkers", "biomarker"),
    ("antisense oligonucleotides", "antisense-oligonucleotide"),
    ("regulatory T-cells", "t-regulatory-cells regulatory-t-cell"),
    ("hazard ratios", "hazard-ratio"),
    ("SOD1 therapy", "sod1-therapies"),
    ("stem cells", "stem-cell mesenchymal-stem-cell"),
    # A letter missing
    ("rluzole", "riluzole-tiglutik"),
    ("tofersn", "tofersen-qalsody"),
    ("edaravon", EDARAVONE),
    ("nuedxta", "nuedexta"),
    ("arimoclmol", "arimoclomol"),
    ("mastinib", "masitinib"),
    ("relyvio", "amx0035"),
    ("pridopdine", "pridopidine"),
    # Two letters swapped
    ("masitniib", "masitinib"),
    ("reldesmetiv", "reldesemtiv"),
    ("qaslody", "tofersen-qalsody"),
    ("tudac", "tudca"),
    ("cetnaur", "NCT03127514"),
    # Words joined, parted or in another order
    ("nur own", "nurown"),
    ("astro rx", "astrorx"),
    ("edaravone oral", "oral-edaravone"),
    ("copper atms", "cuatsm"),
    ("quinidine dextromethorphan", "nuedexta"),
    ("toferson quallsody", "tofersen-qalsody"),
    ("riluzole edaravone", f"riluzole-tiglutik {EDARAVONE}"),
    # Codes and other names
    ("AVP923", "nuedexta"),
    ("RP54274", "riluzole-tiglutik"),
    ("CK-0803", "t-regulatory-cells"),
    ("mci 186", EDARAVONE),
    ("E-0302", METHYLCOBALAMIN),
    ("ionis sod1 rx", "tofersen-qalsody"),
    ("lmw ds", "ilb"),
    ("debamestrocel", "nurown"),
    ("dm/q", "nuedexta"),
    ("ap101", "sod1-therapies"),
    # Registry numbers
    ("NCT: 04165824", "NCT04165824"),
    ("EUCTR2019-000374-39", "NCT03836716"),
    ("2017-005065-47-GB", "NCT03613571"),
    ("clinicaltrials.gov/ct2/show/NCT03127514", "NCT03127514"),
    ("ISRCTN 8373 8603", "NCT03705390"),
    ("ＮＣＴ０４７４５２９９", "NCT04745299"),
    # Other scripts
    ("маситиниб", "masitinib"),
    ("рилутек", "riluzole-tiglutik"),
    ("マシチニブ", "masitinib"),
    ("εδαραβόνη", EDARAVONE),
    ("إيدارافون", EDARAVONE),
    ("토퍼센", "tofersen-qalsody"),
]
