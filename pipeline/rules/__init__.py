"""What words leave hardly a doubt about, beside what is learnt.

    borders, addresses    where a mention begins and ends, and what is none
    statuses              class and modality of a STATUS
    owners                whose a sum is, and in which role
    builders, sites       who builds a project, where it stands and when
    antecedents, topics   the project that a sentence without one is about

Each rule was counted on the annotated train documents; `benchmarks/rules.py` prints the counts.
"""
